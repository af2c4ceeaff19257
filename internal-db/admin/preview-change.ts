// What a grant, an extension or a revocation would change, before anybody makes it: releases gained and lost, and deliveries
// that would end with the transfers that run. Reads only. Called by the console.
import { RpcError } from '#commlink/rpc-error.ts';
import { compareAccess, type AccessDifference, type ReleaseWithFiles } from '../decision/compare-access.ts';
import { decideDeliveries } from '../decision/decide-deliveries.ts';
import { gatherFacts } from '../decision/gather-facts.ts';
import { judgeDelivery } from '../decision/judge-delivery.ts';
import { supposeChange } from '../decision/suppose-change.ts';
import { compareVersionsNewestFirst } from '../decision/version-range.ts';
import { findMissingAgreement } from '../licences/missing-agreement.ts';
import { customerDownloadsPerDeliveryMax } from '../limits.ts';
import type { ServiceContext } from '../service-context.ts';
import type { DeliveryRecord } from '../store/deliveries.ts';
import type { EntitlementRecord } from '../store/entitlements.ts';
import type { StoreReads } from '../store/store.ts';
import { customerRefusals } from '../texts/service-texts.ts';
import {
  findChangeable,
  requireLaterEnd,
  requireSensibleTerms,
  type EntitlementChange,
} from './change-entitlements.ts';
import { findAccount, findProduct } from './find-by-name.ts';

/** What would change. */
export interface ChangePreview extends AccessDifference<ReleaseWithFiles> {
  readonly account: string;
  readonly product: string;
  /** What is extended or revoked; null for a grant. */
  readonly entitlement: EntitlementRecord | null;
  readonly endedDeliveries: readonly DeliveryRecord[];
  /** Transfers of these that run now, and would be cut. */
  readonly runningCount: number;
  /** The licence agreement that a grant asks for, where nobody can accept it yet; else null. */
  readonly missingAgreement: string | null;
}

/** Looks ahead. RpcError as the change itself would have: what can't be done has no preview. */
export async function previewChange(
  { store, clock }: Pick<ServiceContext, 'store' | 'clock'>,
  change: EntitlementChange,
): Promise<ChangePreview> {
  const { read } = store;
  const atMs = clock.nowMs();
  const { entitlement, ...names } = await findSubject(read, change, atMs);
  const account = await findAccount(read, names.account);
  const product = await findProduct(read, names.product);
  const question = { account, product: product.name, version: null, file: null, atMs };
  const { facts } = await gatherFacts(read, question);
  const after = supposeChange(facts, change);
  const live = await read.deliveries.liveOfAccount(account.id);
  const ofProduct = live.filter((delivery) => delivery.productId === product.id);
  const suppose = () => after;
  const decided = await decideDeliveries(read, ofProduct, { account, atMs, suppose });
  const endedDeliveries = decided
    .filter(([delivery, decision]) => judgeDelivery(delivery, decision).fate === 'ends')
    .map(([delivery]) => delivery);
  return {
    ...names,
    entitlement,
    ...compareAccess(await listReleases(read, product.id), facts, after),
    endedDeliveries,
    runningCount: await countRunning(read, endedDeliveries),
    missingAgreement: await findMissingAgreement(
      read,
      change.kind === 'grant' ? change.terms.licenceAgreement : null,
      atMs,
    ),
  };
}

async function findSubject(
  store: StoreReads,
  change: EntitlementChange,
  atMs: number,
): Promise<{ account: string; product: string; entitlement: EntitlementRecord | null }> {
  if (change.kind === 'grant') {
    requireSensibleTerms(change.terms);
    return { account: change.account, product: change.product, entitlement: null };
  }
  const entitlement = await findChangeable(store, change.entitlement);
  if (change.kind === 'extend') requireLaterEnd(entitlement, change.notAfterMs, atMs);
  const { account, product } = entitlement;
  return { account, product, entitlement };
}

async function listReleases(store: StoreReads, productId: string): Promise<ReleaseWithFiles[]> {
  const releases = await store.catalog.releasesOf(productId);
  const artifacts = await store.catalog.artifactsOfProduct(productId);
  const byRelease = Map.groupBy(artifacts, (artifact) => artifact.releaseId);
  return releases
    .toSorted((left, right) => compareVersionsNewestFirst(left.version, right.version))
    .map(({ id, version, channel, state }) => {
      const files = (byRelease.get(id) ?? []).map((artifact) => artifact.name);
      return { version, channel, state, files };
    });
}

async function countRunning(store: StoreReads, deliveries: readonly DeliveryRecord[]): Promise<number> {
  let count = 0;
  for (const { id } of deliveries) {
    const downloads = await store.downloads.ofDelivery(id, customerDownloadsPerDeliveryMax);
    count += downloads.filter((download) => download.endedAtMs === null).length;
  }
  return count;
}

/** The two changes of an entitlement that exists are for one of this account; RpcError `not_found` for another's. */
export function requireAccount(preview: ChangePreview, account: string): ChangePreview {
  if (preview.account === account) return preview;
  throw new RpcError('not_found', customerRefusals.notItsEntitlement(account));
}
