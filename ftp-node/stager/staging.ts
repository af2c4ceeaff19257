// Staging: from a signed grant to a hard link. Callers: the commlink's `delivery.stage`, and the reconciler, which
// finishes what a crash interrupted. Trusts nothing of a grant before internal-db's signature on it is verified.
import type { StagingGrant } from '#commlink/methods/documents.ts';
import type { StagingFailure } from '#commlink/methods/ftp-node-methods.ts';
import { reportMissing } from '../artifacts/report-lost.ts';
import { quarantineArtifact } from '../artifacts/verify-storeroom.ts';
import type { DeliveryRecord } from '../ledger/delivery-records.ts';
import { grantLifetimeMsMax } from '../limits.ts';
import { asFtpNodeError, FtpNodeError } from '../node-error.ts';
import { parseStagedPlace, type StagedPlace } from './staged-place.ts';
import type { StagerContext } from './stager-context.ts';

/** What came of a grant. `path` is `<product>/<version>/<file>`. */
export type StagingResult =
  | { readonly staged: true; readonly path: string }
  | { readonly staged: false; readonly failure: StagingFailure; readonly explanation: string };

const explanations = {
  grant_invalid: 'The permission to stage this file is not valid here. Ask for the file again.',
  grant_expired: 'The permission to stage this file has expired. Ask for the file again.',
  grant_used: 'The permission to stage this file was used already. Ask for the file again.',
  artifact_missing: 'The file is not in the storeroom of this node. Publish it again.',
  artifact_damaged: 'The file in the storeroom of this node is damaged. Publish it again.',
  path_taken: 'Another file is staged at this place. Wait until it has expired.',
} as const;

/** Stages what the grant says, once. The same grant again, while its delivery is staged, gives the same answer. */
export async function stageDelivery(context: StagerContext, grantText: string): Promise<StagingResult> {
  const grant = context.verifier.verify('staging-grant', grantText);
  if (grant === null || grant.cluster !== context.cluster || grant.node !== context.node)
    return refuse('grant_invalid');
  const place = parseStagedPlace(grant.account, `${grant.product}/${grant.version}/${grant.file}`);
  if (place === null) return refuse('grant_invalid');
  const earlier = context.deliveries.find(grant.delivery);
  if (earlier?.grant === grant.grant) return finishStaging(context, earlier, place);
  const now = context.now();
  if (grant.useBeforeMs <= now || grant.stagedUntilMs <= now) return refuse('grant_expired');
  // An ended delivery is remembered for as long as this; a grant that lives longer could outlive that memory.
  if (grant.useBeforeMs > now + grantLifetimeMsMax) return refuse('grant_invalid');
  const obstacle = findObstacle(context, grant, place);
  if (obstacle === 'artifact_missing') await reportMissing(context, grant.sha256);
  if (obstacle === 'artifact_damaged' && hasOtherSizeThanFetched(context, grant.sha256))
    await quarantineArtifact(context, grant.sha256);
  if (obstacle !== null) return refuse(obstacle);
  try {
    const recorded = await context.ledger.commit(() => recordStaging(context, grant, place));
    return typeof recorded === 'string' ? refuse(recorded) : await finishStaging(context, recorded, place);
  } catch (error) {
    return explainFailure(context, error);
  }
}

/** Makes the link of a recorded delivery and announces it; what cannot be linked is taken off the record. */
export async function finishStaging(
  context: StagerContext,
  record: DeliveryRecord,
  place: StagedPlace,
): Promise<StagingResult> {
  try {
    for (;;) {
      // The commit, and below the copying, took a while: the delivery may have ended meanwhile.
      if (context.deliveries.find(record.delivery) === null) return refuse('grant_expired');
      if (context.links.link(place, record) === 'linked') break;
      context.log.info({ sha256: record.sha256 }, 'all links of an artifact are used: making another inode');
      await context.storeroom.addInode(record.sha256);
    }
  } catch (error) {
    await abandonStaging(context, record, asFtpNodeError(error));
    return explainFailure(context, error);
  }
  if (record.state === 'staged') return { staged: true, path: record.path };
  // Should a power cut undo this, the reconciler finds the delivery still `staging`, and does it again.
  context.ledger.transaction(() => {
    context.deliveries.markStaged(record.delivery);
    context.outbox.add({ type: 'delivery.staged', delivery: record.delivery }, context.now());
  }, 'recoverable');
  context.wakeSender();
  context.log.info({ delivery: record.delivery, account: record.account }, 'delivery staged');
  return { staged: true, path: record.path };
}

/**
 * Whether the file has another size than when it was fetched: a grant alone, which says what people wrote into a release, puts no file
 * aside. What was fetched can be fetched again; what was put here by hand is left for people to look at.
 */
function hasOtherSizeThanFetched({ kept, storeroom }: StagerContext, sha256: string): boolean {
  const fetched = kept.find(sha256);
  if (fetched === null) return false;
  return storeroom.inodesOf(sha256).some(({ stats }) => stats.size !== BigInt(fetched.sizeBytes));
}

function findObstacle(
  context: StagerContext,
  grant: StagingGrant,
  place: StagedPlace,
): keyof typeof explanations | null {
  if (context.deliveries.isGrantUsed(grant.grant)) return 'grant_used';
  const inodes = context.storeroom.inodesOf(grant.sha256);
  if (inodes.length === 0) return 'artifact_missing';
  if (inodes.some(({ stats }) => Number(stats.size) !== grant.sizeBytes)) return 'artifact_damaged';
  const others = context.deliveries.at(place.account, place.path);
  return others.some(({ sha256 }) => sha256 !== grant.sha256) ? 'path_taken' : null;
}

/** Looks once more inside the transaction: another call with the same grant may have been faster. */
function recordStaging(context: StagerContext, grant: StagingGrant, place: StagedPlace) {
  const { deliveries } = context;
  if (deliveries.isGrantUsed(grant.grant) || deliveries.find(grant.delivery) !== null) return 'grant_used';
  if (deliveries.isEnded(grant.delivery)) return 'grant_used';
  // Dropped for others since it was looked for; once the delivery is recorded it is not dropped any more.
  if (context.storeroom.inodesOf(grant.sha256).length === 0) return 'artifact_missing';
  const record = {
    delivery: grant.delivery,
    grant: grant.grant,
    account: place.account,
    path: place.path,
    sha256: grant.sha256,
    sizeBytes: grant.sizeBytes,
    mediaType: grant.mediaType,
    publishedAtMs: grant.publishedAtMs,
    stagedUntilMs: grant.stagedUntilMs,
  };
  context.deliveries.add(record, grant.useBeforeMs);
  if (grant.login !== undefined) context.logins.add(grant.delivery, grant.login);
  context.kept.noteUse(record.sha256, context.now());
  return { ...record, state: 'staging' } as const;
}

async function abandonStaging(
  context: StagerContext,
  record: DeliveryRecord,
  failure: FtpNodeError,
): Promise<void> {
  await context.ledger.commit(() => {
    if (!context.deliveries.remove(record.delivery)) return;
    const event = {
      type: 'delivery.failed',
      delivery: record.delivery,
      explanation: failure.message,
    } as const;
    context.outbox.add(event, context.now());
  });
  context.wakeSender();
}

function refuse(failure: keyof typeof explanations): StagingResult {
  return { staged: false, failure, explanation: explanations[failure] };
}

/** A failure that has a name in the contract is an answer; anything else is a fault, and thrown. */
function explainFailure(context: StagerContext, error: unknown): StagingResult {
  const failure = asFtpNodeError(error);
  context.log.error({ code: failure.code, err: failure }, 'staging failed');
  if (failure.code === 'interrupted' || failure.code === 'input_output') throw failure;
  return { staged: false, failure: failure.code, explanation: failure.message };
}
