// Dropping artifacts against everything else that goes on, in the simulator's manner: real ledger, real links, and by the seed one of many
// orders in which files arrive, are staged, end, are dropped, and the stager dies. Whatever the order: what was answered as staged is
// there with its bytes until it ends, what was put here by hand stays, and in the end internal-db knows what is here.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import t from 'tap';
import { createNodeKeys } from '#commlink/node-keys.ts';
import { ArtifactPuller } from '#ftp-node/artifacts/artifact-puller.ts';
import { dropArtifact, dropUntil } from '#ftp-node/artifacts/make-room.ts';
import { openDeliveryLogins } from '#ftp-node/ledger/delivery-logins.ts';
import { openDeliveryRecords } from '#ftp-node/ledger/delivery-records.ts';
import { openKeptArtifacts } from '#ftp-node/ledger/kept-artifacts.ts';
import { openLedger } from '#ftp-node/ledger/ledger.ts';
import { openReportOutbox } from '#ftp-node/ledger/report-outbox.ts';
import { reconcileDisk } from '#ftp-node/stager/reconciler.ts';
import type { StagerContext } from '#ftp-node/stager/stager-context.ts';
import { stageDelivery } from '#ftp-node/stager/staging.ts';
import { endDeliveries } from '#ftp-node/stager/unstaging.ts';
import { openAccountLinks } from '#ftp-node/storeroom/account-links.ts';
import { openStoreroom } from '#ftp-node/storeroom/storeroom.ts';
import { recordingLog } from '../../commlink/two-nodes.ts';
import { Random } from '../../rig/random.ts';
import { newId } from '../running-node.ts';

const contents = ['one', 'two', 'three', 'by hand'].map((text) => Buffer.from(text));
const digests = contents.map((content) => createHash('sha256').update(content).digest('hex'));
const byHand = digests.length - 1;
const runsCount = 40;
const stepsPerRun = 50;

/** A stager on real files, whose internal-db is this test. */
class World {
  readonly base: string;
  readonly random: Random;
  readonly context: StagerContext;
  readonly puller: ArtifactPuller;
  /** What internal-db would take to be here, from the reports. */
  readonly heldThere = new Set<string>();
  /** Deliveries that were answered as staged and not ended since. */
  readonly live = new Map<string, { place: string; index: number }>();
  readonly #underway: Promise<unknown>[] = [];
  #orderAtMs = 0;

  constructor(base: string, seed: number) {
    this.base = base;
    this.random = new Random(seed);
    const ledger = openLedger(join(base, 'ledger.db'));
    const storeroom = openStoreroom(join(base, 'storeroom'));
    this.context = {
      cluster: 'local',
      node: 'n',
      ledger,
      deliveries: openDeliveryRecords(ledger),
      logins: openDeliveryLogins(ledger),
      kept: openKeptArtifacts(ledger),
      outbox: openReportOutbox(ledger),
      storeroom,
      links: openAccountLinks(join(base, 'accounts'), storeroom),
      // The documents of this test are not signed.
      verifier: { verify: (_kind, text) => JSON.parse(text) as never },
      log: recordingLog().log,
      now: () => Date.now(),
      wakeSender: () => undefined,
      cutDeliveries: async () => 0,
    };
    this.puller = new ArtifactPuller({
      context: this.context,
      keys: createNodeKeys(),
      relay: () => Promise.reject(new Error('nothing is fetched in this test: what is ordered is put there')),
      settings: () => ({ cacheBytesMax: 0, bytesPerSecondMax: 0, windows: [] }),
    });
  }

  /** An artifact comes, and is noted as held. */
  async arrive(index: number): Promise<void> {
    const content = contents[index] ?? Buffer.alloc(0);
    await this.context.storeroom.ingest(
      (async function* () {
        yield content;
      })(),
    );
    if (index === byHand) return;
    const artifacts = [{ sha256: digests[index], sizeBytes: content.length, purpose: 'delivery' }];
    this.#orderAtMs += 1;
    await this.puller.hold(
      JSON.stringify({ cluster: 'local', node: 'n', artifacts, issuedAtMs: this.#orderAtMs }),
    );
  }

  async stage(index: number): Promise<void> {
    const delivery = newId('dlv');
    const file = `${index}.bin`;
    const stagedUntilMs = Date.now() + 60_000;
    const grant = {
      cluster: 'local',
      node: 'n',
      grant: newId('grt'),
      delivery,
      account: `acme${this.random.between(1, 3)}`,
      product: 'tool',
      version: '1.0.0',
      file,
      sha256: digests[index],
      sizeBytes: contents[index]?.length,
      mediaType: 'a/b',
      publishedAtMs: 1,
      useBeforeMs: stagedUntilMs,
      stagedUntilMs,
    };
    const result = await stageDelivery(this.context, JSON.stringify(grant));
    if (result.staged) this.live.set(delivery, { place: `${grant.account}/${result.path}`, index });
  }

  async end(): Promise<void> {
    const delivery = [...this.live.keys()][this.random.between(0, this.live.size)];
    if (delivery === undefined) return;
    this.live.delete(delivery);
    await endDeliveries(this.context, [{ delivery, reason: 'cancelled' }]);
  }

  /** Everything that was reported so far reaches internal-db. */
  report(): void {
    for (const { sequence, event } of this.context.outbox.take(1000)) {
      if (event.type === 'artifact.held') this.heldThere.add(event.sha256);
      if (event.type === 'artifact.lost') this.heldThere.delete(event.sha256);
      this.context.outbox.accept(sequence);
    }
  }

  step(): void {
    const index = this.random.between(0, byHand);
    const choice = this.random.between(0, 99);
    if (choice < 25) this.#underway.push(this.arrive(index));
    else if (choice < 55) this.#underway.push(this.stage(index));
    else if (choice < 70) this.#underway.push(this.end());
    else if (choice < 85) dropUntil(this.context, () => this.random.percent(30));
    else if (choice < 95) dropArtifact(this.context, digests[index] ?? '');
    else this.report();
  }

  /** As internal-db does, again and again until it has heard of it. */
  async orderUntilHeld(index: number, sha256: string): Promise<void> {
    for (this.report(); !this.heldThere.has(sha256); this.report()) {
      await this.arrive(index);
      await nextTurn();
    }
  }

  /** Waits for what is under way. */
  async settle(): Promise<void> {
    await Promise.all(this.#underway.splice(0));
  }

  /** Perhaps a crash right after a file was dropped, before it was written down; then a start. */
  async startAgain(): Promise<void> {
    const [candidate] = this.context.kept.droppable(1);
    if (candidate && this.random.percent(30))
      rmSync(join(this.context.storeroom.directory, candidate.sha256), { force: true });
    await reconcileDisk(this.context);
  }

  isHere(index: number): boolean {
    return existsSync(join(this.context.storeroom.directory, digests[index] ?? ''));
  }

  async close(): Promise<void> {
    await this.puller.stop();
    this.context.ledger.close();
  }
}

/** What is wrong with it, in words; empty when nothing is. */
function findFaults(world: World, wasByHandHere: boolean): string[] {
  const faults: string[] = [];
  for (const { place, index } of world.live.values()) {
    const file = join(world.base, 'accounts', place);
    if (!existsSync(file) || !readFileSync(file).equals(contents[index] ?? Buffer.alloc(0)))
      faults.push(`${place} is staged and not there`);
    if (!world.isHere(index)) faults.push(`${place} is staged, and its artifact was dropped`);
  }
  if (wasByHandHere && !world.isHere(byHand)) faults.push('what was put here by hand was dropped');
  for (const { sha256 } of world.context.kept.page('', 100))
    if (!world.isHere(digests.indexOf(sha256))) faults.push(`${sha256} is on the list and not here`);
  return faults;
}

t.test('nothing that is staged or was put here by hand is ever dropped', async (t) => {
  let stagedCount = 0;
  for (let seed = 1; seed <= runsCount; seed += 1) {
    const world = new World(t.testdir({}), seed);
    let wasByHandHere = false;
    for (let step = 0; step < stepsPerRun; step += 1) {
      world.step();
      if (world.random.percent(40)) await nextTurn();
      if (!world.random.percent(15)) continue;
      await world.settle();
      // Before the reconciler looks: it would put back what was dropped wrongly.
      const faults = findFaults(world, wasByHandHere);
      await world.startAgain();
      faults.push(...findFaults(world, wasByHandHere));
      if (faults.length > 0) t.fail(`seed ${seed}, step ${step}`, { faults });
      wasByHandHere ||= world.isHere(byHand);
    }
    await world.settle();
    stagedCount += world.live.size;
    // internal-db orders again what it does not take to be here; then both agree.
    world.report();
    for (const [index, sha256] of digests.entries())
      if (index !== byHand && world.isHere(index)) await world.orderUntilHeld(index, sha256);
    await world.puller.stop();
    world.report();
    const here = digests.filter((_, index) => index !== byHand && world.isHere(index));
    t.same([...world.heldThere].toSorted(), here.toSorted(), `seed ${seed}: internal-db knows what is here`);
    await world.close();
  }
  t.ok(stagedCount > runsCount, 'and much was staged meanwhile');
});
