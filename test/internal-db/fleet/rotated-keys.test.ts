// Keys that sign online are rotated while appliances run: what they are told next is signed by the new key, and the catalog brings the
// roots that lead to it, also for one that missed several.
import t from 'tap';
import { verifyBeatReply } from '#commlink/fleet/beat-reply.ts';
import { readCatalogBundle } from '#commlink/fleet/catalog-bundle.ts';
import { firstTrustedState, type TrustedState } from '#commlink/fleet/tuf/trusted-state.ts';
import { advanceRoots, rootVersion, timestampKeys, verifyBundle } from '#commlink/fleet/tuf/verify-bundle.ts';
import { newRecordId } from '#internal-db/record-id.ts';
import { seedRoom, startRoom, type RunningRoom } from '../support/running-room.ts';
import { SignedFleet, TestAppliance } from './support/signed-fleet.ts';

const actor = 'test:operator';
const address = '192.0.2.7';

/** An enrolled appliance, as far as it trusts anybody. */
class FollowingAppliance {
  readonly #room: RunningRoom;
  readonly #appliance = new TestAppliance();
  trusted: TrustedState = firstTrustedState({ directorRoot: '', packagesRoot: '' });

  constructor(room: RunningRoom) {
    this.#room = room;
  }

  async enrol(): Promise<void> {
    const wish = {
      actor,
      account: 'acme',
      type: 'box',
      site: null,
      group: null,
      label: '',
      lifetimeMs: 600_000,
    };
    const { codes } = await this.#room.admin.call('appliance.invite', { ...wish, count: 1 });
    const message = this.#appliance.enrolment(codes[0]?.code ?? '');
    const answer = await this.#room.webFront.call('fleet.enrol', { message, address });
    if (!answer.accepted) throw new Error(answer.reason);
    this.trusted = firstTrustedState(this.#appliance.take(answer.reply));
  }

  /** The text of the answer to a beat, and the beat. */
  async beat() {
    const body = this.#appliance.beat();
    const beats = [{ message: this.#appliance.sign('beat', body), address }];
    const { answers } = await this.#room.webFront.call('fleet.beats', { beats });
    if (!answers[0]?.accepted) throw new Error('The beat was refused.');
    return { reply: answers[0].reply, body };
  }

  async fetch() {
    const message = this.#appliance.sign('catalog-request', this.#appliance.request());
    const [directorRoot, packagesRoot] = [this.trusted.director.root, this.trusted.packages.root].map(
      rootVersion,
    );
    const roots = { directorRoot: directorRoot ?? 1, packagesRoot: packagesRoot ?? 1 };
    const answer = await this.#room.webFront.call('fleet.catalog', {
      message,
      address,
      known: null,
      ...roots,
    });
    if (!answer.accepted || answer.bundle === null) throw new Error('There is no catalog.');
    return readCatalogBundle(answer.bundle);
  }

  /** One cycle: beat, and what follows from the answer. Returns how many targets the catalog has. */
  async cycle(): Promise<number> {
    const { reply, body } = await this.beat();
    const bundle = await this.fetch();
    const { director } = advanceRoots(this.trusted, bundle);
    const { nowMs } = verifyBeatReply(reply, timestampKeys(director.root), body);
    const { uid } = this.#appliance;
    const verdict = verifyBundle({ trusted: this.trusted, bundle, uid, nowMs });
    this.trusted = verdict.trusted;
    if (!verdict.accepted) throw verdict.error;
    return verdict.catalog.targets.length;
  }
}

t.test('appliances follow each rotated key', async (t) => {
  const room = await startRoom(t);
  await seedRoom(room);
  const fleet = new SignedFleet(room.admin);
  await fleet.setUp();
  const { store } = room.services.context;
  const product = await store.read.catalog.productByName('tool');
  const type = { id: newRecordId('apt'), name: 'box', title: 'Box', channel: 'stable', createdAtMs: 1 };
  await store.transaction(({ fleetTypes }) => fleetTypes.insertType(type, [product?.id ?? '']));
  const [present, absent] = [new FollowingAppliance(room), new FollowingAppliance(room)];
  for (const appliance of [present, absent]) await appliance.enrol();
  await fleet.publish('tool', '2.0.0');
  t.equal(await present.cycle(), 1);
  t.equal(await absent.cycle(), 1);
  for (const place of [
    { repository: 'director', role: 'timestamp' },
    { repository: 'director', role: 'snapshot' },
    { repository: 'packages', role: 'timestamp' },
    { repository: 'director', role: 'targets' },
  ] as const) {
    const oldKeys = timestampKeys(present.trusted.director.root);
    await fleet.offline.rotate(place);
    const { reply, body } = await present.beat();
    const verify = () => verifyBeatReply(reply, oldKeys, body);
    if (place.repository === 'director' && place.role === 'timestamp')
      t.throws(verify, { code: 'bad_signature' });
    else t.doesNotThrow(verify);
    t.equal(await present.cycle(), 1, `${place.repository} ${place.role}`);
  }
  t.equal(rootVersion(present.trusted.director.root), 4);
  await fleet.publish('tool', '2.1.0');
  t.equal(await absent.cycle(), 1, 'one that was off follows all roots at once');
  t.same(absent.trusted.director.root, present.trusted.director.root);
  t.same(absent.trusted.packages.root, present.trusted.packages.root);
});
