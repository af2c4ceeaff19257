// What the fake internal-db answers about appliances: to beats and requests what the test wants, to owners one appliance and the
// codes that were made. Used by fake-backends.ts.
import { beatIntervalMs } from '#commlink/fleet/limits.ts';
import type { Handlers } from '#commlink/method-table.ts';
import type { Appliance, EnrolmentCode, fleetMethods } from '#commlink/methods/fleet-methods.ts';
import { RpcError } from '#commlink/rpc-error.ts';
import type { FakeLive } from './fake-catalog.ts';

/** The one appliance. */
export const fakeAppliance: Appliance = {
  uid: `apl_${'A'.repeat(22)}`,
  name: 'Lobby <b>1</b>',
  account: 'analytical',
  type: 'gateway-box',
  site: 'london',
  group: 'default',
  tags: ['pilot'],
  state: 'active',
  stateReason: '',
  enrolledAtMs: 1_790_000_000_000,
  lastBeatAtMs: 1_790_000_900_000,
  missingSinceMs: null,
  agentVersion: '1.0.0',
  machine: {
    loadAverage: 0.5,
    memoryFreeBytes: 1e9,
    memoryBytes: 4e9,
    diskFreeBytes: 8e9,
    diskBytes: 32e9,
    uptimeSeconds: 3600,
  },
};

/** What is known and answered; tests change it. */
export class FakeFleet {
  readonly codes: EnrolmentCode[] = [];
  /** The sizes of the calls that beats came with. */
  readonly beatCalls: number[] = [];
  beatReply = 'reply';
  catalog = { sha256: 'ab'.repeat(32), bundle: '{"director":{}}' };

  /** The handlers. `live` answers only for sessions that there are. */
  handlers(live: FakeLive): Handlers<typeof fleetMethods> {
    const refused = { accepted: false, reason: 'code' } as const;
    return {
      'fleet.enrol': async () => refused,
      'fleet.beats': async ({ beats }) => {
        this.beatCalls.push(beats.length);
        const answer = { accepted: true as const, reply: this.beatReply };
        return { answers: beats.map(() => answer), intervalMs: beatIntervalMs };
      },
      'fleet.catalog': async ({ known }) => {
        const { sha256, bundle } = this.catalog;
        return { accepted: true, sha256, bundle: known === sha256 ? null : bundle };
      },
      'fleet.sources': async () => ({ accepted: true, reply: '{"targets":[]}' }),
      'fleet.pingRequest': async () => ({ accepted: true, uid: fakeAppliance.uid }),
      'appliance.list': async ({ session }) =>
        live(session, () => ({
          appliances: [fakeAppliance],
          next: null,
          counts: { active: 1, missing: 0, quarantined: 0, retired: 0 },
        })),
      'appliance.describe': async ({ session, uid }) =>
        live(session, () => {
          if (uid !== fakeAppliance.uid) throw new RpcError('not_found', 'You have no such appliance.');
          return { appliance: fakeAppliance, products: [] };
        }),
      'enrolmentCode.list': async ({ session }) =>
        live(session, () => ({
          types: [{ name: 'gateway-box', title: 'Gateway box' }],
          sites: [{ name: 'london', title: 'London' }],
          codes: this.codes,
          roots: 'ab'.repeat(32),
        })),
      'enrolmentCode.create': async ({ session, ...wish }) =>
        live(session, () => ({ codes: this.#make(wish) })),
      'enrolmentCode.withdraw': async ({ session, id }) =>
        live(session, () => ({ withdrawn: this.codes.some((code) => code.id === id) })),
    };
  }

  #make(wish: { type: string; site: string | null; label: string; count: number }) {
    return Array.from({ length: wish.count }, () => {
      const id = `enc_${String(this.codes.length).padStart(22, '0')}`;
      const { type, site, label } = wish;
      const expiresAtMs = Date.now() + 3_600_000;
      this.codes.push({
        id,
        type,
        site,
        group: 'default',
        label,
        uid: null,
        madeBy: 'user:ada',
        madeAtMs: Date.now(),
        expiresAtMs,
        usedAtMs: null,
        usedByUid: null,
        withdrawnAtMs: null,
      });
      return { id, code: 'abcd-efgh-jkmn-pqrs-tvwx', expiresAtMs };
    });
  }
}
