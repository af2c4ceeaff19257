// A few appliances put straight into a store, for tests of what is counted, chosen and shown. Their slots are 0, 1000, 2000 and so on.
import { newRecordId } from '#internal-db/record-id.ts';
import type { ApplianceRecord } from '#internal-db/store/fleet-appliances.ts';
import type { Store } from '#internal-db/store/store.ts';

/** What the fleet is made of. */
export interface SmallFleet {
  readonly typeId: string;
  readonly siteId: string;
  /** In the order of their slots. */
  readonly uids: readonly string[];
}

/** Whose they are, and what they are called; their type, `typeName`, runs the product. */
export interface FleetWish {
  readonly accountId: string;
  readonly productId: string;
  readonly count: number;
  readonly typeName?: string;
  readonly name?: string;
}

/** Puts `count` of them; the first half stands at the account's site `here`. */
export async function putSmallFleet(
  store: Store,
  { accountId, productId, count, typeName = 'box', name = 'box' }: FleetWish,
): Promise<SmallFleet> {
  const type = { id: newRecordId('apt'), name: typeName, title: 'Box', channel: 'stable', createdAtMs: 1 };
  const site = (await store.read.fleetTypes.siteByName(accountId, 'here')) ?? {
    id: newRecordId('sit'),
    accountId,
    name: 'here',
    title: 'Here',
    edgeNode: null,
    windows: '[]',
    bandwidthBytesPerSecond: null,
    createdAtMs: 1,
  };
  const uids = Array.from({ length: count }, () => newRecordId('apl'));
  await store.transaction(async ({ fleetTypes, appliances }) => {
    await fleetTypes.insertType(type, [productId]);
    await fleetTypes.putSite(site);
    for (const [index, uid] of uids.entries()) {
      const appliance: ApplianceRecord = {
        uid,
        accountId,
        typeId: type.id,
        siteId: index < count / 2 ? site.id : null,
        name: `${name}-${index}`,
        groupName: 'default',
        slot: index * 1000,
        state: 'active',
        signingKey: `signing ${uid}`,
        sealingKey: 'sealing',
        hardware: 'h',
        enrolledAtMs: 1,
        stateSinceMs: 1,
        stateReason: '',
        restoringSinceMs: null,
      };
      await appliances.insert(appliance);
    }
  });
  return { typeId: type.id, siteId: site.id, uids };
}

/** Has an appliance beat, as internal-db notes it. */
export async function noteBeat(store: Store, uid: string, atMs: number): Promise<void> {
  await store.transaction(async ({ beats }) => {
    const last = await beats.beatOf(uid);
    if (!last) throw new Error('no such appliance');
    const machine = JSON.stringify({
      loadAverage: 0.25,
      memoryFreeBytes: 1e9,
      memoryBytes: 4e9,
      diskFreeBytes: 8e9,
      diskBytes: 32e9,
      uptimeSeconds: 60,
    });
    const news = { lastBeatAtMs: atMs, missingSinceMs: null, nonce: newRecordId('msg'), cause: 'cycle' };
    await beats.putBeat({ ...last, ...news, machine }, last.nonce);
  });
}

/** Has its newest beat say something beside what is installed. */
export async function noteReport(store: Store, uid: string, report: object): Promise<void> {
  await store.transaction(async ({ beats }) => {
    const last = await beats.beatOf(uid);
    if (!last) throw new Error('no such appliance');
    await beats.putBeat({ ...last, report: JSON.stringify(report) }, last.nonce);
  });
}

/** Has it be sent a version, and confirm it where `confirmed` says so. */
export async function noteVersion(
  store: Store,
  uid: string,
  {
    productId,
    version,
    confirmed,
    atMs,
  }: { productId: string; version: string; confirmed: boolean; atMs: number },
): Promise<void> {
  const products = [{ productId, version }];
  await store.transaction(async ({ beats }) => {
    await beats.putSent(uid, { products, files: [], atMs });
    if (confirmed) await beats.putConfirmed(uid, { products, files: [], atMs });
  });
}
