// Rollouts that there are: looked at, held up, let go on, ended. Called for the command line and the console.
import type { ParamsOf, ResultOf } from '#commlink/method-table.ts';
import type { Rollout, rolloutAdminMethods } from '#commlink/methods/rollout-admin-methods.ts';
import { cutPage, decodeCursor } from '#commlink/methods/paging.ts';
import { RpcError } from '#commlink/rpc-error.ts';
import { findProduct } from '../../admin/find-by-name.ts';
import { appendAudit } from '../../audit/append-audit.ts';
import type { ServiceContext } from '../../service-context.ts';
import type { RolloutRecord } from '../../store/rollouts.ts';
import type { StoreReads } from '../../store/store.ts';
import { fleetRefusals } from '../../texts/service-texts.ts';
import { raiseGeneration } from '../fleet-generation.ts';
import { progressOf } from './advance-rollout.ts';
import { countWaves } from './count-waves.ts';
import { describeRollout } from './describe-rollout.ts';

type Table = typeof rolloutAdminMethods;
type Wanted = ParamsOf<Table, 'rollout.setState'>['state'];

/** From which states a person may bring it to one, and what the audit log calls that. */
const changes: Readonly<Record<Wanted, { from: readonly RolloutRecord['state'][]; action: string }>> = {
  running: { from: ['paused', 'stopped'], action: 'rollout.resume' },
  paused: { from: ['running'], action: 'rollout.pause' },
  aborted: { from: ['running', 'paused', 'stopped'], action: 'rollout.abort' },
};

/** The newest first. RpcError `not_found`: the product. */
export async function listRollouts(
  { store: { read } }: Pick<ServiceContext, 'store'>,
  { product, after, limit }: ParamsOf<Table, 'rollout.list'>,
): Promise<ResultOf<Table, 'rollout.list'>> {
  const productId = product === null ? null : (await findProduct(read, product)).id;
  const belowNumber = decodeCursor(after, ['number'])?.[0] ?? null;
  const found = await read.rollouts.list({ productId, belowNumber, limit: limit + 1 });
  const { rows, next } = cutPage(found, limit, ({ number }) => [number]);
  const products = await read.catalog.productsByIds([...new Set(rows.map((each) => each.productId))]);
  const nameOf = new Map(products.map(({ id, name }) => [id, name]));
  return { rollouts: rows.map((each) => describeRollout(each, nameOf.get(each.productId) ?? '')), next };
}

/** A rollout, and what became of the appliances that it has reached. RpcError `not_found`. */
export async function readRollout(
  { store: { read }, clock, settings }: Pick<ServiceContext, 'store' | 'clock' | 'settings'>,
  { rollout: id }: ParamsOf<Table, 'rollout.status'>,
): Promise<ResultOf<Table, 'rollout.status'>> {
  const { rollout, product } = await findRollout(read, id);
  const time = { nowMs: clock.nowMs(), intervalMs: settings().fleet.beatIntervalMs };
  const counts = await countWaves(read, rollout, time);
  return { rollout: describeRollout(rollout, product), counts };
}

/** Pauses, resumes or aborts. RpcError `not_found`; `refused` where it is past that. */
export async function setRolloutState(
  { store, clock }: Pick<ServiceContext, 'store' | 'clock'>,
  { actor, rollout: id, state, reason }: ParamsOf<Table, 'rollout.setState'>,
): Promise<{ rollout: Rollout }> {
  return await store.transaction(async (transaction) => {
    const { rollout, product } = await findRollout(transaction, id);
    const { from, action } = changes[state];
    if (!from.includes(rollout.state))
      throw new RpcError('refused', fleetRefusals.notFromThere(rollout.state, state));
    const atMs = clock.nowMs();
    const progress = { ...progressOf(rollout), state, stateReason: reason, stateSinceMs: atMs };
    await transaction.rollouts.setProgress(id, progress);
    const subject = `${product}/${rollout.version}`;
    await appendAudit(transaction, { atMs, actor, action, subject, detail: { rollout: id, reason } });
    await raiseGeneration(transaction);
    return { rollout: describeRollout({ ...rollout, ...progress }, product) };
  });
}

/** A rollout with its product's name. RpcError `not_found`. */
export async function findRollout(
  store: StoreReads,
  id: string,
): Promise<{ rollout: RolloutRecord; product: string }> {
  const rollout = await store.rollouts.byId(id);
  const product = rollout && (await store.catalog.productById(rollout.productId));
  if (product) return { rollout, product: product.name };
  throw new RpcError('not_found', fleetRefusals.noRollout(id), { advice: 'See: consign rollout status' });
}
