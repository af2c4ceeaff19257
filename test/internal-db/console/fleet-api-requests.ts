// One request for each operation of the console's API about the fleet, in an order in which all of them can be done. For
// staff-api-requests.ts.
import { packageMediaType } from '#commlink/fleet/fleet-names.ts';
import { noteBeat, noteVersion, putSmallFleet } from '../fleet/support/small-fleet.ts';
import type { RunningRoom } from '../support/running-room.ts';
import type { OperationRequest } from './staff-api-requests.ts';

const reason = 'because';

/** Two appliances of acme with the product tool, the first in quarantine, and two releases of packages. */
async function putFleet({ admin, services }: RunningRoom): Promise<string> {
  const { store } = services.context;
  const account = await store.read.accounts.byName('acme');
  const product = await store.read.catalog.productByName('tool');
  if (!account || !product) throw new Error('no seed');
  const wish = { accountId: account.id, productId: product.id, count: 2 };
  const { uids } = await putSmallFleet(store, wish);
  const [uid = ''] = uids;
  const atMs = Date.now();
  await noteBeat(store, uid, atMs);
  await noteVersion(store, uid, { productId: product.id, version: '1.0.0', confirmed: true, atMs });
  await store.transaction(({ appliances }) =>
    appliances.setState(uid, { state: 'quarantined', reason: 'two_machines', atMs }),
  );
  for (const [index, version] of ['7.0.0', '7.1.0'].entries()) {
    const sha256 = `${index}`.repeat(64);
    const file = { name: 'box.cpk', sizeBytes: 5, sha256, platform: null, mediaType: packageMediaType };
    const release = { actor: 'test', product: 'tool', version, channel: 'stable', draft: false };
    await admin.call('release.publish', { ...release, files: [file] });
  }
  return uid;
}

/** The requests. */
export async function* ofFleet(room: RunningRoom): AsyncGenerator<OperationRequest> {
  const uid = await putFleet(room);
  const own = `/fleet/appliances/${uid}`;
  yield ['GET /fleet/appliances', '/fleet/appliances?account=acme&state=quarantined&isMissing=false&limit=1'];
  yield ['GET /fleet/appliances/:uid', own];
  yield ['POST /fleet/appliances/:uid/release', `${own}/release`, { reason }];
  yield ['POST /fleet/appliances/:uid/ping', `${own}/ping`, {}];
  const place = { group: 'pilots', tags: ['lab'], site: '' };
  yield ['POST /fleet/appliances/:uid/change', `${own}/change`, place];
  yield ['POST /fleet/appliances/:uid/restoration', `${own}/restoration`, { reason }];
  const validFor = { lifetimeMs: 3_600_000 };
  yield ['POST /fleet/appliances/:uid/keys', `${own}/keys`, { ...validFor, reason }];
  yield ['GET /fleet/refusals', '/fleet/refusals'];
  const wish = { account: 'acme', type: 'box', label: 'New', count: 2, ...validFor };
  yield ['POST /fleet/codes', '/fleet/codes', wish];
  yield* ofRollouts(room);
  const held = { product: 'tool', scope: 'appliance', subject: uid, reason };
  yield ['POST /pins', '/pins', { ...held, version: '7.0.0' }];
  yield ['GET /pins', '/pins'];
  yield ['POST /pins/removal', '/pins/removal', held];
  yield ['POST /fleet/appliances/:uid/retirement', `${own}/retirement`, { reason }];
}

async function* ofRollouts({ services }: RunningRoom): AsyncGenerator<OperationRequest> {
  const version = { product: 'tool', version: '7.1.0' };
  const waves = [
    { percent: 50, soakMs: 3_600_000 },
    { percent: 100, soakMs: 0 },
  ];
  yield ['POST /rollouts', '/rollouts', { ...version, waves, reason }];
  yield ['GET /rollouts', '/rollouts?product=tool&limit=1'];
  const [rollout] = await services.context.store.read.rollouts.list({
    productId: null,
    belowNumber: null,
    limit: 1,
  });
  const own = `/rollouts/${rollout?.id}`;
  yield ['GET /rollouts/:rollout', own];
  yield ['GET /rollouts/behind', '/rollouts/behind?product=tool&limit=1'];
  yield ['POST /rollouts/:rollout/state', `${own}/state`, { state: 'paused', reason }];
  yield ['POST /rollouts/:rollout/rollback', `${own}/rollback`, { version: '7.0.0', reason }];
}
