// Decides whether an account gets a file and, if so, records the delivery with its credentials, and issues the signed
// grant for the chosen node; where that node has to fetch the file first, artifacts/staged-arrivals.ts issues it later. Decision,
// delivery and audit entry are one transaction. Called for customers and for staff.
import type { Member } from '#commlink/node-config.ts';
import { RpcError } from '#commlink/rpc-error.ts';
import type { DeliveryCredentials } from '#commlink/methods/delivery-methods.ts';
import { findHolders } from '../artifacts/find-holders.ts';
import { appendAudit } from '../audit/append-audit.ts';
import type { Decision } from '../decision/decide-entitlement.ts';
import { decideFromStore } from '../decision/gather-facts.ts';
import { liveDeliveriesPerAccountMax } from '../limits.ts';
import { chooseNode } from '../nodes/choose-node.ts';
import type { GrantedArtifact } from '../nodes/node-documents.ts';
import { newRecordId } from '../record-id.ts';
import { hashSecret, newDeliveryLogin, newDeliveryPassword } from '../secret-token.ts';
import type { ServiceContext } from '../service-context.ts';
import type { AccountRecord } from '../store/accounts.ts';
import type { DeliveryRecord } from '../store/deliveries.ts';
import type { EntitlementRecord } from '../store/entitlements.ts';
import type { AccountPlace } from '../store/places.ts';
import type { StoreReads, Transaction } from '../store/store.ts';
import { customerRefusals } from '../texts/service-texts.ts';
import { endDeliveries } from './end-deliveries.ts';

/** Who wants what. `account` is a name; `lifetimeMs` is capped by the entitlement's own end. */
export interface DeliveryRequest {
  readonly account: string;
  readonly product: string;
  readonly version: string;
  readonly file: string;
  readonly requestedBy: string;
  /** Where the request came from, for the audit log; null for the command line. */
  readonly address: string | null;
  readonly lifetimeMs: number;
  /** Deliveries of the same wish that their nodes did not stage. */
  readonly insteadOf: readonly string[];
  /** The name of the node that it is to be at; left out, one is chosen. */
  readonly node?: string;
}

/** What became of it. `everEntitled` is for customer-refusal.ts. */
export type DeliveryOutcome =
  | {
      readonly allowed: true;
      readonly delivery: DeliveryRecord;
      /** Null: the file is on its way to the node. */
      readonly grant: string | null;
      readonly credentials: DeliveryCredentials;
    }
  | {
      readonly allowed: false;
      readonly refusal: Decision & { allowed: false };
      readonly everEntitled: boolean;
    };

/**
 * Decides and records. RpcError `unavailable`: there is no ftp-node (but those that did not stage it),
 * `refused`: too much is staged already.
 */
export async function requestDelivery(
  context: ServiceContext,
  request: DeliveryRequest,
): Promise<DeliveryOutcome> {
  const { store, clock, directory, documents } = context;
  const { nodePlaces } = context.settings();
  const failed = await findFailed(store.read, request);
  const others = documents.ftpNodes().filter((member) => !failed.some(({ nodeId }) => nodeId === member.id));
  const { members, holderIds } = await findHolders(context, others, request);
  const place = await placeOfRequest(store.read, request);
  const node = chooseNode(members, { nodePlaces, directory }, { place, address: request.address, holderIds });
  if (!node) throw new RpcError('unavailable', explainNoNode(failed.length));
  const isArriving = holderIds !== null && !holderIds.has(node.id);
  const password = newDeliveryPassword();
  const atMs = clock.nowMs();
  const recorded = await store.transaction(async (transaction) => {
    const { orders } = await endDeliveries(transaction, failed, { reason: 'failed', atMs });
    const account = await transaction.accounts.byName(request.account);
    const { decision, found } = await decideFromStore(transaction, { ...request, account, atMs });
    if (!decision.allowed || !account || !found.artifact || !found.release) {
      return { ...(await recordRefusal(transaction, { request, account, decision, atMs })), orders };
    }
    const delivery = await recordDelivery(transaction, {
      request,
      account,
      artifactId: found.artifact.id,
      entitlement: decision.entitlement,
      node,
      isArriving,
      passwordHash: hashSecret(password),
      atMs,
    });
    const { mediaType } = found.artifact;
    const artifact: GrantedArtifact = { mediaType, publishedAtMs: found.release.publishedAtMs ?? atMs };
    return { allowed: true as const, delivery, artifact, orders };
  });
  context.orders.superviseSending(recorded.orders);
  if (recorded.allowed) directory.noteGiven(node.id);
  context.metrics.countDecision(recorded.allowed ? null : recorded.refusal.reason);
  if (!recorded.allowed) {
    context.log.info({ reason: recorded.refusal.reason }, 'delivery refused');
    const { refusal, everEntitled } = recorded;
    return { allowed: false, refusal, everEntitled };
  }
  const { delivery, artifact } = recorded;
  context.log.info({ delivery: delivery.id, node: node.name }, 'delivery recorded');
  if (isArriving) context.artifacts.holdings.nudge();
  const urlToken = documents.signDownloadUrl(delivery, artifact);
  return {
    allowed: true,
    delivery,
    grant: isArriving ? null : documents.signGrant(delivery, artifact),
    credentials: { login: delivery.login, password, urlToken },
  };
}

/** Of an account that is not there nothing is wished: the decision says that it is not. */
async function placeOfRequest(
  read: StoreReads,
  { account: name, node }: DeliveryRequest,
): Promise<AccountPlace> {
  if (node !== undefined) return { region: null, nodes: [node] };
  const account = await read.accounts.byName(name);
  return account ? await read.places.ofAccount(account.id) : { region: null, nodes: [] };
}

/** Of the deliveries that failed, those of this account and file: nobody ends others by naming them. */
async function findFailed(read: StoreReads, request: DeliveryRequest): Promise<DeliveryRecord[]> {
  if (request.insteadOf.length === 0) return [];
  const named = await read.deliveries.byIds(request.insteadOf);
  return named.filter((delivery) => {
    const { account, product, version, file, requestedBy } = request;
    const ofSameWish = delivery.product === product && delivery.version === version && delivery.file === file;
    return ofSameWish && delivery.account === account && delivery.requestedBy === requestedBy;
  });
}

function explainNoNode(failedCount: number): string {
  if (failedCount > 0) return customerRefusals.noOtherNode;
  return customerRefusals.noNodeAtAll;
}

interface NewDeliveryParts {
  readonly request: DeliveryRequest;
  readonly account: AccountRecord;
  readonly artifactId: string;
  readonly entitlement: EntitlementRecord;
  readonly node: Member;
  readonly isArriving: boolean;
  readonly passwordHash: Uint8Array;
  readonly atMs: number;
}

async function recordDelivery(transaction: Transaction, parts: NewDeliveryParts): Promise<DeliveryRecord> {
  const { request, account, entitlement, node, atMs } = parts;
  const liveCount = await transaction.deliveries.liveCountOfAccount(account.id);
  if (liveCount >= liveDeliveriesPerAccountMax) {
    throw new RpcError('refused', customerRefusals.tooManyStaged(liveCount));
  }
  const id = newRecordId('dlv');
  await transaction.deliveries.insert({
    id,
    accountId: account.id,
    artifactId: parts.artifactId,
    entitlementId: entitlement.id,
    nodeId: node.id,
    nodeName: node.name,
    login: newDeliveryLogin(),
    passwordHash: parts.passwordHash,
    requestedBy: request.requestedBy,
    requestedAtMs: atMs,
    expiresAtMs: Math.min(atMs + request.lifetimeMs, entitlement.notAfterMs ?? Infinity),
    arrivedBytes: parts.isArriving ? 0 : null,
  });
  await appendAudit(transaction, {
    atMs,
    actor: request.requestedBy,
    action: 'delivery.request',
    subject: subjectOf(request),
    detail: {
      delivery: id,
      entitlement: entitlement.id,
      node: node.name,
      address: request.address,
      ...(request.insteadOf.length > 0 ? { insteadOf: request.insteadOf } : {}),
    },
  });
  const delivery = await transaction.deliveries.byId(id);
  if (!delivery) throw new Error('the delivery that was just inserted is not there');
  return delivery;
}

async function recordRefusal(
  transaction: Transaction,
  parts: {
    request: DeliveryRequest;
    account: AccountRecord | undefined;
    decision: Decision;
    atMs: number;
  },
): Promise<DeliveryOutcome & { allowed: false }> {
  const { request, account, decision, atMs } = parts;
  if (decision.allowed) throw new Error('a delivery was allowed for something that is not there');
  await appendAudit(transaction, {
    atMs,
    actor: request.requestedBy,
    action: 'delivery.refuse',
    subject: subjectOf(request),
    detail: { reason: decision.reason, address: request.address },
  });
  const product = await transaction.catalog.productByName(request.product);
  const entitlements =
    account && product ? await transaction.entitlements.ofAccountAndProducts(account.id, [product.id]) : [];
  return { allowed: false, refusal: decision, everEntitled: entitlements.length > 0 };
}

function subjectOf(request: DeliveryRequest): string {
  return `${request.account} ${request.product}/${request.version}/${request.file}`;
}
