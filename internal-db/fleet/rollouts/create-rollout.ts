// Begins rollouts, and takes their versions back: both are a new rollout, as the newest one decides. Called for the command line and
// the console. Everything is audited, and has catalogs judged anew.
import { packageMediaType } from '#commlink/fleet/fleet-names.ts';
import type { ParamsOf } from '#commlink/method-table.ts';
import type { Rollout, rolloutAdminMethods } from '#commlink/methods/rollout-admin-methods.ts';
import { RpcError } from '#commlink/rpc-error.ts';
import { randomInt } from 'node:crypto';
import { findProduct, findRelease } from '../../admin/find-by-name.ts';
import { appendAudit } from '../../audit/append-audit.ts';
import { compareVersionsNewestFirst } from '../../decision/version-range.ts';
import { newRecordId } from '../../record-id.ts';
import type { ServiceContext } from '../../service-context.ts';
import type { ProductRecord } from '../../store/catalog.ts';
import type { RolloutRecord, RolloutTargets } from '../../store/rollouts.ts';
import type { StoreReads, Transaction } from '../../store/store.ts';
import { fleetRefusals } from '../../texts/service-texts.ts';
import { raiseGeneration } from '../fleet-generation.ts';
import { describeRollout } from './describe-rollout.ts';
import { failedPercentDefault, missingPercentDefault, stopCountDefault } from './limits.ts';
import { parseMaintenanceWindow } from './maintenance-windows.ts';

type Table = typeof rolloutAdminMethods;
type NewRollout = Omit<RolloutRecord, 'number'>;
type Planned = Pick<NewRollout, 'version' | 'kind' | 'targets' | 'waves' | 'windows' | 'thresholds'>;

interface Author {
  readonly actor: string;
  readonly reason: string;
  readonly atMs: number;
}

const slotCount = 10_000;
const openStates: readonly string[] = ['running', 'paused', 'stopped'];

/** Begins one; its first wave opens when the watcher looks next. RpcError `not_found`, `refused`. */
export async function createRollout(
  { store, clock }: Pick<ServiceContext, 'store' | 'clock'>,
  params: ParamsOf<Table, 'rollout.create'>,
): Promise<{ rollout: Rollout }> {
  const { actor, reason, groups, tags, waves, failedPercentMax, missingPercentMax, stopCountMin } = params;
  requireRisingWaves(waves);
  const planned: Planned = {
    version: params.version,
    kind: 'update',
    targets: { groups, tags },
    waves,
    windows: params.windows.map(readWindow),
    thresholds: { failedPercentMax, missingPercentMax, countMin: stopCountMin },
  };
  return await store.transaction(async (transaction) => {
    const product = await findProduct(transaction, params.product);
    await requirePackage(transaction, product, params.version);
    await requireNoOther(transaction, product, planned.targets);
    const author = { actor, reason, atMs: clock.nowMs() };
    return begin(transaction, { product, planned, author });
  });
}

/** Ends a rollout and brings its targets another version, all at once. RpcError `not_found`, `refused`. */
export async function rollBack(
  { store, clock }: Pick<ServiceContext, 'store' | 'clock'>,
  { actor, rollout: id, version: wanted, reason }: ParamsOf<Table, 'rollout.rollback'>,
): Promise<{ rollout: Rollout }> {
  return await store.transaction(async (transaction) => {
    const rollout = await transaction.rollouts.byId(id);
    if (!rollout) throw new RpcError('not_found', fleetRefusals.noRollout(id));
    const version = wanted ?? rollout.previousVersion;
    if (version === null) throw new RpcError('refused', fleetRefusals.nothingBefore);
    const product = await transaction.catalog.productById(rollout.productId);
    if (!product) throw new RpcError('internal', 'The product of a rollout is gone.');
    await requirePackage(transaction, product, version);
    const author = { actor, reason, atMs: clock.nowMs() };
    if (openStates.includes(rollout.state)) await abort(transaction, { rollout, product, author, version });
    const isOlder = compareVersionsNewestFirst(rollout.version, version) < 0;
    const planned: Planned = {
      version,
      kind: isOlder ? 'rollback' : 'update',
      targets: rollout.targets,
      waves: [{ percent: 100, soakMs: 0 }],
      windows: [],
      thresholds: {
        failedPercentMax: failedPercentDefault,
        missingPercentMax: missingPercentDefault,
        countMin: stopCountDefault,
      },
    };
    return begin(transaction, { product, planned, author });
  });
}

async function begin(
  transaction: Transaction,
  parts: { product: ProductRecord; planned: Planned; author: Author },
): Promise<{ rollout: Rollout }> {
  const { product, planned, author } = parts;
  const { actor, reason, atMs } = author;
  const isAtOnce = planned.kind === 'rollback';
  const rollout: NewRollout = {
    id: newRecordId('rol'),
    productId: product.id,
    ...planned,
    state: 'running',
    slotOffset: randomInt(slotCount),
    // What is taken back waits for nobody.
    waveCount: isAtOnce ? 1 : 0,
    openPercent: isAtOnce ? 100 : 0,
    waveOpenedAtMs: isAtOnce ? atMs : null,
    waveSettledAtMs: null,
    previousVersion: await versionBefore(transaction, product, planned),
    reason,
    createdBy: actor,
    createdAtMs: atMs,
    stateReason: reason,
    stateSinceMs: atMs,
  };
  await transaction.rollouts.insert(rollout);
  const { targets, waves, kind } = planned;
  const detail = { rollout: rollout.id, kind, ...targets, waves, reason };
  const subject = `${product.name}/${planned.version}`;
  await appendAudit(transaction, { atMs, actor, action: 'rollout.create', subject, detail });
  await raiseGeneration(transaction);
  return { rollout: describeRollout({ ...rollout, number: 0 }, product.name) };
}

async function abort(
  transaction: Transaction,
  parts: { rollout: RolloutRecord; product: ProductRecord; author: Author; version: string },
): Promise<void> {
  const { rollout, product, author, version } = parts;
  const { actor, reason, atMs } = author;
  const { waveCount, openPercent, waveOpenedAtMs, waveSettledAtMs } = rollout;
  const stateReason = `rolled back to ${version}: ${reason}`.slice(0, 500);
  const waves = { waveCount, openPercent, waveOpenedAtMs, waveSettledAtMs };
  await transaction.rollouts.setProgress(rollout.id, {
    ...waves,
    state: 'aborted',
    stateReason,
    stateSinceMs: atMs,
  });
  const subject = `${product.name}/${rollout.version}`;
  const detail = { rollout: rollout.id, reason: stateReason };
  await appendAudit(transaction, { atMs, actor, action: 'rollout.abort', subject, detail });
}

/** What the targets go back to: what the last rollout that was completed brought, or what no rollout governs. */
async function versionBefore(
  store: StoreReads,
  product: ProductRecord,
  { version, targets }: Planned,
): Promise<string | null> {
  const rollouts = await store.rollouts.rulesOf(product.id);
  const before = rollouts.find((each) => each.state === 'completed' && meet(each.targets, targets));
  if (before) return before.version;
  const named = new Set(rollouts.map((each) => each.version));
  const releases = await store.catalog.releasesOf(product.id);
  const free = releases.filter(
    (each) =>
      each.state === 'published' &&
      !named.has(each.version) &&
      compareVersionsNewestFirst(version, each.version) < 0,
  );
  return free.map((each) => each.version).toSorted(compareVersionsNewestFirst)[0] ?? null;
}

async function requirePackage(store: StoreReads, product: ProductRecord, version: string): Promise<void> {
  const release = await findRelease(store, product, version);
  const name = `${product.name} ${version}`;
  if (release.state === 'withdrawn') throw new RpcError('refused', fleetRefusals.versionWithdrawn(name));
  const files = await store.catalog.artifactsOf(release.id);
  if (files.some(({ mediaType }) => mediaType === packageMediaType)) return;
  throw new RpcError('refused', fleetRefusals.noPackage(name));
}

/** Two that do not know of each other would have their thresholds count each other's appliances. */
async function requireNoOther(
  store: StoreReads,
  product: ProductRecord,
  targets: RolloutTargets,
): Promise<void> {
  const all = await store.rollouts.openOf(product.id);
  const open = all.find((each) => meet(each.targets, targets));
  if (!open) return;
  throw new RpcError('refused', fleetRefusals.otherRollout(product.name, open.version, open.state), {
    advice: `Type: consign rollout abort ${open.id}`,
  });
}

/** False only where they name different groups: an appliance has one group, and any tags. */
function meet(left: RolloutTargets, right: RolloutTargets): boolean {
  if (left.groups.length === 0 || right.groups.length === 0) return true;
  return left.groups.some((group) => right.groups.includes(group));
}

function requireRisingWaves(waves: Planned['waves']): void {
  const isRising = waves.every(({ percent }, index) => percent > (waves[index - 1]?.percent ?? 0));
  if (isRising && waves.at(-1)?.percent === 100) return;
  throw new RpcError('refused', fleetRefusals.wavesMustGrow);
}

function readWindow(text: string): RolloutRecord['windows'][number] {
  const window = parseMaintenanceWindow(text);
  if (window) return window;
  throw new RpcError('refused', fleetRefusals.noWindow(text));
}
