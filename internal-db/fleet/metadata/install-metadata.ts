// Takes in what people have signed offline: roots, the packages' targets, and packages' keys; and makes the keys that sign online.
// Everything is verified as an appliance would, before it is stored, since what it refuses it would refuse for good. Called for
// the methods `fleetMetadata.…` of the administration socket.
import { describeRoot, requireSigned } from '#commlink/fleet/tuf/describe-metadata.ts';
import { TufError, type RepositoryName } from '#commlink/fleet/tuf/tuf-error.ts';
import type { ParamsOf, ResultOf } from '#commlink/method-table.ts';
import type { fleetMetadataMethods } from '#commlink/methods/fleet-metadata-methods.ts';
import { RpcError } from '#commlink/rpc-error.ts';
import { appendAudit } from '../../audit/append-audit.ts';
import type { ServiceContext } from '../../service-context.ts';
import type { FleetOnlineKey } from '../../store/fleet-metadata.ts';
import type { StoreReads, Transaction } from '../../store/store.ts';
import { fleetRefusals } from '../../texts/service-texts.ts';
import { newStamp } from './fleet-metadata.ts';
import { onlineRoles, placeName } from './online-keys.ts';
import { renewPackages, targetsRow } from './packages-metadata.ts';

type Table = typeof fleetMetadataMethods;
type Installation = ParamsOf<Table, 'fleetMetadata.install'>;
type Tools = Pick<ServiceContext, 'store' | 'clock' | 'fleetMetadata'>;

/** The metadata that people sign, as it is installed. */
export async function readMetadataTexts({
  store: { read },
}: Pick<ServiceContext, 'store'>): Promise<ResultOf<Table, 'fleetMetadata.read'>> {
  const { fleetMetadata } = read;
  return {
    directorRoot: (await fleetMetadata.newestRoot('director'))?.text ?? null,
    packagesRoot: (await fleetMetadata.newestRoot('packages'))?.text ?? null,
    packagesTargets: (await fleetMetadata.ofRole('packages', 'targets'))?.text ?? null,
    packagesTimestampEndsAtMs: (await fleetMetadata.ofRole('packages', 'timestamp'))?.expiresAtMs ?? null,
  };
}

/** Makes keys that no root names yet. */
export async function makeKeys(
  { store, clock, fleetMetadata }: Tools,
  { actor, roles }: ParamsOf<Table, 'fleetMetadata.makeKeys'>,
): Promise<ResultOf<Table, 'fleetMetadata.makeKeys'>> {
  const atMs = clock.nowMs();
  const made: FleetOnlineKey[] = [];
  for (const place of roles) made.push(await fleetMetadata.makeKey(place));
  await store.transaction(async (transaction) => {
    await deleteUnnamed(transaction, new Set(roles.map(placeName)));
    for (const key of made) await transaction.fleetMetadata.insertOnlineKey(key);
    const keys = made.map((key) => `${placeName(key)} ${key.publicKey}`);
    const event = { atMs, actor, action: 'fleet.makeKeys', subject: 'fleet' };
    await appendAudit(transaction, { ...event, detail: { keys } });
  });
  return { keys: made.map(({ repository, role, publicKey }) => ({ repository, role, key: publicKey })) };
}

/** Installs; all of it or nothing. RpcError as the method says. */
export async function installMetadata(
  context: Tools,
  wanted: Installation,
): Promise<ResultOf<Table, 'fleetMetadata.install'>> {
  const { store, clock, fleetMetadata } = context;
  const nowMs = clock.nowMs();
  const sealed = await Promise.all(
    wanted.contentKeys.map(async ({ sha256, key }) => {
      const bytes = Buffer.from(key, 'base64url');
      return { sha256, sealedKey: await fleetMetadata.contentKeys.seal(sha256, bytes) };
    }),
  );
  const roots = await rootsThen(store.read, wanted);
  // Opened before the transaction, which waits for nothing but the database.
  const keys = roots && (await fleetMetadata.keysNamedBy(roots));
  await store.transaction(async (transaction) => {
    const installed = await installRoots(transaction, wanted, nowMs);
    const hasTargets = await installTargets(transaction, wanted, nowMs);
    await fleetMetadata.contentKeys.put(transaction, sealed, nowMs);
    if (installed.length > 0) await requireOurKeys(transaction);
    if (keys && (hasTargets || installed.length > 0))
      await renewPackages(transaction, keys, { nowMs, isSnapshotStale: true });
    await transaction.settings.put('fleet_metadata_stamp', newStamp(nowMs));
    await appendAudit(transaction, {
      atMs: nowMs,
      actor: wanted.actor,
      action: 'fleet.install',
      subject: 'fleet',
      detail: {
        roots: installed,
        targets: hasTargets,
        packages: wanted.contentKeys.map(({ sha256 }) => sha256),
      },
    });
  });
  await fleetMetadata.follow();
  return readMetadataTexts(context);
}

/** The roots after the installation; null while one is missing. */
async function rootsThen(
  read: StoreReads,
  wanted: Installation,
): Promise<Record<RepositoryName, string> | null> {
  const director = wanted.directorRoot ?? (await read.fleetMetadata.newestRoot('director'))?.text;
  const packages = wanted.packagesRoot ?? (await read.fleetMetadata.newestRoot('packages'))?.text;
  if (director === undefined || packages === undefined) return null;
  return refusing('A root', () => {
    describeRoot(director);
    describeRoot(packages);
    return { director, packages };
  });
}

async function installRoots(
  transaction: Transaction,
  wanted: Installation,
  nowMs: number,
): Promise<string[]> {
  const installed: string[] = [];
  const given = [
    ['director', wanted.directorRoot],
    ['packages', wanted.packagesRoot],
  ] as const;
  for (const [repository, text] of given) {
    if (text === null) continue;
    const old = await transaction.fleetMetadata.newestRoot(repository);
    const { version, expiresAtMs } = refusing(`The ${repository}’ root`, () => {
      if (old) requireSigned(old.text, 'root', text);
      requireSigned(text, 'root', text);
      return describeRoot(text);
    });
    const following = (old?.version ?? 0) + 1;
    if (version !== following)
      throw new RpcError(
        'conflict',
        `The root of ${repository} has version ${version}; the next one is ${following}.`,
      );
    requireUnexpired(`root of ${repository}`, expiresAtMs, nowMs);
    await transaction.fleetMetadata.insertRoot({ repository, version, text, installedAtMs: nowMs });
    installed.push(`${repository} ${version}`);
  }
  return installed;
}

async function installTargets(
  transaction: Transaction,
  wanted: Installation,
  nowMs: number,
): Promise<boolean> {
  const { fleetMetadata } = transaction;
  const root = await fleetMetadata.newestRoot('packages');
  const old = await fleetMetadata.ofRole('packages', 'targets');
  const text = wanted.packagesTargets?.text ?? old?.text;
  if (!root || !(await fleetMetadata.newestRoot('director')) || text === undefined)
    throw new RpcError('refused', fleetRefusals.notSetUp);
  // What is there already must still count when a new root names other keys.
  const row = refusing('The packages’ targets', () => {
    requireSigned(root.text, 'targets', text);
    return targetsRow(text);
  });
  if (!wanted.packagesTargets) return false;
  const { version = 0 } = old ?? {};
  if (wanted.packagesTargets.basedOnVersion !== version || row.version <= version)
    throw new RpcError(
      'conflict',
      `Somebody else has signed packages meanwhile (version ${version}). Sign yours again.`,
    );
  requireUnexpired('targets of packages', row.expiresAtMs, nowMs);
  await fleetMetadata.putOfRole(row);
  return true;
}

/** Every role that signs online must be able to, by the newest roots; keys that they name no more are forgotten. */
async function requireOurKeys(transaction: Transaction): Promise<void> {
  const named = await keysNamed(transaction);
  const ours = new Set((await transaction.fleetMetadata.onlineKeys()).map(({ publicKey }) => publicKey));
  for (const place of onlineRoles) {
    const { keys, threshold } = named.get(placeName(place)) ?? { keys: [], threshold: 1 };
    if (keys.filter((key) => ours.has(key)).length < threshold)
      throw new RpcError(
        'refused',
        `The root names keys for ${placeName(place)} that were not made here. Begin anew: consign fleet root rotate`,
      );
  }
  await deleteUnnamed(transaction, new Set(onlineRoles.map(placeName)));
}

/** Deletes keys of these roles that the newest roots do not name. */
async function deleteUnnamed(transaction: Transaction, places: ReadonlySet<string>): Promise<void> {
  const named = await keysNamed(transaction);
  for (const key of await transaction.fleetMetadata.onlineKeys()) {
    const place = placeName(key);
    const isNamed = named.get(place)?.keys.includes(key.publicKey) ?? false;
    if (places.has(place) && !isNamed) await transaction.fleetMetadata.deleteOnlineKey(key.publicKey);
  }
}

async function keysNamed({ fleetMetadata }: Transaction) {
  const named = new Map<string, { keys: readonly string[]; threshold: number }>();
  for (const place of onlineRoles) {
    const root = await fleetMetadata.newestRoot(place.repository);
    if (root) named.set(placeName(place), describeRoot(root.text).roles[place.role]);
  }
  return named;
}

function requireUnexpired(what: string, expiresAtMs: number, nowMs: number): void {
  if (expiresAtMs > nowMs) return;
  throw new RpcError('refused', `The ${what} has expired. Sign a new one.`);
}

/** What an appliance would refuse is refused here, in words for a person. */
function refusing<T>(what: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof TufError)) throw error;
    throw new RpcError('refused', `${what} can’t be used: ${error.message} Nothing was changed.`, {
      cause: error,
    });
  }
}
