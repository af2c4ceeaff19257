// Rows of the console's route table: the fleet, appliances, rollouts.
import { randomInt } from 'node:crypto';
import { packageMediaType } from '#commlink/fleet/fleet-names.ts';
import { noteBeat, noteReport, noteVersion, putSmallFleet } from '../../fleet/support/small-fleet.ts';
import { probeText, type RouteRecords, type RouteRequest, type RouteRow } from '../route-row.ts';

const tends = ['support', 'operator'] as const;
const rollsOut = ['release-manager', 'operator'] as const;

/** By method and path as the route was registered. */
export const fleetRows: Readonly<Record<string, RouteRow>> = {
  'GET /fleet': { who: 'staff', request: withAppliance(() => ({ path: '/fleet' })) },
  'GET /fleet/appliances': {
    who: 'staff',
    request: withAppliance((_uid, { account }) => ({ path: `/fleet/appliances?account=${account}` })),
  },
  'GET /fleet/codes': {
    who: ['operator'],
    request: withAppliance((_uid, { account }) => ({ path: `/fleet/codes?account=${account}` })),
  },
  'POST /fleet/codes': {
    who: ['operator'],
    request: withAppliance(async (uid, { room, account }) => {
      const { type = '' } = (await room.services.context.store.read.appliances.listed(uid)) ?? {};
      const typed = { site: 'here', group: 'pilots', label: probeText, count: '2', days: '30' };
      return { body: { account, type, ...typed } };
    }),
  },
  'GET /fleet/appliances/:uid': { who: 'staff', request: applianceAt('') },
  'POST /fleet/appliances/:uid/ping': { who: tends, request: applianceAt('/ping', {}), answers: 303 },
  'POST /fleet/appliances/:uid/change': {
    who: ['operator'],
    request: applianceAt('/change', { group: 'pilots', tags: 'lab, loud' }),
    answers: 303,
  },
  'POST /fleet/appliances/:uid/restore': {
    who: tends,
    request: applianceAt('/restore', { reason: probeText }),
    answers: 303,
  },
  'POST /fleet/appliances/:uid/keys': {
    who: ['operator'],
    request: applianceAt('/keys', { reason: probeText }),
  },
  'POST /fleet/appliances/:uid/release': {
    who: tends,
    request: withAppliance(async (uid, { room }) => {
      await room.services.context.store.transaction(({ appliances }) =>
        appliances.setState(uid, { state: 'quarantined', reason: probeText, atMs: Date.now() }),
      );
      return { path: `/fleet/appliances/${uid}/release`, body: { reason: probeText } };
    }),
    answers: 303,
  },
  'POST /fleet/appliances/:uid/retire': {
    who: tends,
    request: applianceAt('/retire', { reason: probeText }),
    answers: 303,
  },
  'GET /rollouts': { who: 'staff', request: rolloutAt('list') },
  'POST /rollouts': {
    who: rollsOut,
    request: async (records) => {
      const version = await publishPackage(records);
      const typed = { waves: '5:1, 100', groups: newGroup(), tags: 'lab', windows: 'mon-fri 22:00-04:00' };
      return { body: { product: records.product, version, reason: probeText, ...typed } };
    },
    answers: 303,
  },
  'GET /rollouts/behind': {
    who: 'staff',
    request: withAppliance((_uid, { product }) => ({ path: `/rollouts/behind?product=${product}` })),
  },
  'GET /rollouts/:rollout': { who: 'staff', request: rolloutAt('') },
  'POST /rollouts/:rollout/pause': {
    who: rollsOut,
    request: rolloutAt('/pause', { reason: probeText }),
    answers: 303,
  },
  'POST /rollouts/:rollout/resume': {
    who: rollsOut,
    request: async (records) => {
      const { path = '' } = await rolloutAt('/resume')(records);
      const rollout = path.split('/')[2] ?? '';
      const paused = { actor: 'test', rollout, state: 'paused' as const, reason: probeText };
      await records.room.admin.call('rollout.setState', paused);
      return { path, body: { reason: probeText } };
    },
    answers: 303,
  },
  'POST /rollouts/:rollout/abort': {
    who: rollsOut,
    request: rolloutAt('/abort', { reason: probeText }),
    answers: 303,
  },
  'POST /rollouts/:rollout/rollback': {
    who: rollsOut,
    request: async (records) => {
      const version = await publishPackage(records);
      return await rolloutAt('/rollback', { version, reason: probeText })(records);
    },
    answers: 303,
  },
};

type WithAppliance = (uid: string, records: RouteRecords) => RouteRequest | Promise<RouteRequest>;

/** With an appliance of the account, which has beaten and failed to install something. */
function withAppliance(request: WithAppliance) {
  return async (records: RouteRecords): Promise<RouteRequest> => {
    const { store } = records.room.services.context;
    const account = await store.read.accounts.byName(records.account);
    const product = await store.read.catalog.productByName(records.product);
    const [accountId, productId] = [account?.id ?? '', product?.id ?? ''];
    const typeName = `box-${crypto.randomUUID()}`;
    const wish = { accountId, productId, count: 1, typeName, name: probeText };
    const { uids } = await putSmallFleet(store, wish);
    const [uid = ''] = uids;
    const atMs = Date.now();
    await noteBeat(store, uid, atMs);
    await noteReport(store, uid, reportOf(atMs));
    await noteVersion(store, uid, { productId, version: '1.0.0', confirmed: true, atMs });
    await noteVersion(store, uid, { productId, version: '2.0.0', confirmed: false, atMs });
    const outcome = {
      productId,
      outcome: 'failed' as const,
      outcomeVersion: '2.0.0',
      outcomeCode: 'exit_code',
    };
    await store.transaction(async ({ beats }) => {
      await beats.putOutcome(uid, { ...outcome, outcomeAtMs: atMs });
      for (const [kind, detail] of Object.entries(happened))
        await beats.addEvent({ uid, atMs, kind, detail: JSON.stringify(detail) });
      const figures = { loadMaxPercent: 150, memoryFreeMinBytes: 1e9, diskFreeMinBytes: 5e9 };
      await beats.addDay({ uid, day: Math.floor(atMs / 86_400_000), beatCount: 95, ...figures });
    });
    return await request(uid, records);
  };
}

/** What an appliance says that means no good. */
function reportOf(atMs: number) {
  const said = { exitCode: 1, output: `one\n${probeText}` };
  return {
    plugins: [
      { name: probeText, phase: 'initial', ...said, data: JSON.stringify({ [probeText]: probeText }) },
      { name: 'plain', phase: 'post', exitCode: null, output: '', data: probeText },
    ],
    problems: [
      { code: 'source_failed', about: probeText, atMs },
      { code: probeText, about: '', atMs: 0 },
    ],
    downloads: { bytes: 3_000_000, resumed: 1_000_000, source: probeText },
  };
}

const happened = {
  problems: { codes: ['source_failed', probeText] },
  result: {
    path: 'tool/2.0.0/x.cpk',
    version: '2.0.0',
    outcome: 'rolled_back',
    code: 'install_exit_code',
    exitCode: 3,
    output: probeText,
  },
  confirmed: { products: { [probeText]: '1.0.0' } },
  quarantined: { actor: probeText, reason: 'two_machines' },
} as const;

function applianceAt(change: string, body?: Record<string, string>) {
  return withAppliance((uid) => {
    const path = `/fleet/appliances/${uid}${change}`;
    return body ? { path, body } : { path };
  });
}

async function publishPackage({ room, product }: RouteRecords): Promise<string> {
  const version = `9.${randomInt(1_000_000_000)}.0`;
  const sha256 = version.replaceAll('.', '').padEnd(64, '0');
  const file = { name: 'box.cpk', sizeBytes: 5, sha256, platform: null, mediaType: packageMediaType };
  const release = { actor: 'test', product, version, channel: 'stable', draft: false, files: [file] };
  await room.admin.call('release.publish', release);
  return version;
}

/** Rollouts to one group can't be open beside each other. */
function newGroup(): string {
  return `group-${crypto.randomUUID()}`;
}

function rolloutAt(change: string, body?: Record<string, string>) {
  return async (records: RouteRecords): Promise<RouteRequest> => {
    const { rollout } = await records.room.admin.call('rollout.create', {
      actor: probeText,
      product: records.product,
      version: await publishPackage(records),
      groups: [newGroup()],
      tags: [],
      waves: [{ percent: 100, soakMs: 3_600_000 }],
      windows: ['mon-fri 22:00-04:00'],
      failedPercentMax: 5,
      missingPercentMax: 10,
      stopCountMin: 3,
      reason: probeText,
    });
    const path = change === 'list' ? '/rollouts' : `/rollouts/${rollout.id}${change}`;
    return body ? { path, body } : { path };
  };
}
