// Publishes a version of the configuration and waits until it is in force: signs it, hands it in at one node, follows
// how the members take it, and withdraws it when one of them can't. Callers: the `consign` command and the launcher.
// Trusts the asked node for how far things are; what counts is checked by every node for itself.
import {
  formatVersion,
  isSameVersion,
  type ClusterVersion,
} from '../configuration/protocol/cluster-version.ts';
import type { Operator } from '../configuration/blocks/manifest.ts';
import { heardLatelyMs } from '../configuration/preflight.ts';
import type { ClusterStatus, MemberStatus } from '../methods/operator-methods.ts';
import { composeWithdrawal } from './compose-withdrawal.ts';
import { signDraft, type Draft, type Edition } from './draft.ts';
import { publishPollMs, rebaseTriesMax } from './operator-limits.ts';
import type { OperatorKeys } from './operator-keys.ts';
import { PublishError, pause } from './publish-error.ts';
import { readEdition, readInstalled, type OperatorClient } from './read-installed.ts';

/** What a publication is waiting for. */
export interface PublishProgress {
  readonly version: ClusterVersion;
  /** Other operators' signatures; the consent of the barrier; the install at all members; or its own withdrawal. */
  readonly stage: 'signatures' | 'barrier' | 'members' | 'withdrawing';
  /** Names of operators (`signatures`) or members. */
  readonly waitingFor: readonly string[];
  /** Those of the members waited for that were not heard lately: it may be for ever, unless they are evicted. */
  readonly silent: readonly string[];
  /** What the asked node said last. */
  readonly status: ClusterStatus;
}

/** How to publish. */
export interface PublishOptions {
  readonly operator: OperatorKeys;
  /** `submitted`: handed in; `installed`: in force at the asked node; `everywhere` (default): at all active members. */
  readonly until?: 'submitted' | 'installed' | 'everywhere';
  /** Ends the waiting; what was handed in stays. */
  readonly signal?: AbortSignal;
  /** Called when the stage, whom it waits for, or any member's versions or phase changed. */
  readonly onProgress?: (progress: PublishProgress) => void;
}

/** Signs a draft, hands it in and waits. Throws PublishError; RpcError when the asked node is gone. */
export async function publishVersion(
  client: OperatorClient,
  draft: Draft,
  options: PublishOptions,
): Promise<ClusterVersion> {
  const version = await submit(client, draft, options.operator);
  if (options.until !== 'submitted') await followVersion(client, version, options);
  return version;
}

/** Waits until a version that was handed in is in force; withdraws it when a member refuses it. Throws PublishError. */
export async function followVersion(
  client: OperatorClient,
  version: ClusterVersion,
  options: PublishOptions,
): Promise<void> {
  const refusing = await follow(client, version, options);
  if (refusing !== null) await withdraw(client, { version, refusing }, options);
}

/** How to publish a change, and why it is made, for the history. */
export interface ChangeOptions extends PublishOptions {
  readonly reason: string;
}

/**
 * Composes a version on what is installed, and publishes it; anew, a few times, when another version came in between.
 * `compose` must not depend on an earlier call. Throws what publishVersion throws.
 */
export async function publishChange(
  client: OperatorClient,
  compose: (edition: Edition) => Promise<Draft>,
  options: ChangeOptions,
): Promise<ClusterVersion> {
  for (let tries = 1; ; tries += 1) {
    const draft = await compose(await readEdition(client, options));
    try {
      return await publishVersion(client, draft, options);
    } catch (error) {
      if (!isOvertaken(error) || tries >= rebaseTriesMax) throw error;
      await pause(publishPollMs, options.signal);
    }
  }
}

function isOvertaken(error: unknown): boolean {
  return error instanceof PublishError && ['superseded', 'stale', 'not_a_successor'].includes(error.code);
}

async function submit(client: OperatorClient, draft: Draft, operator: OperatorKeys): Promise<ClusterVersion> {
  const answer = await client.call('config.submit', signDraft(draft, operator));
  if (!answer.accepted) throw new PublishError(answer.code, answer.reason);
  return answer.version;
}

/** Waits until the version is in force. Returns the member that refuses it, if one does. */
async function follow(
  client: OperatorClient,
  version: ClusterVersion,
  options: PublishOptions,
): Promise<MemberStatus | null> {
  const { operators, policy } = (await readInstalled(client, options.operator)).manifest;
  let told = '';
  for (;;) {
    const status = await client.call('config.status', {});
    const refusing = status.members.find((member) => refuses(member, version));
    if (refusing) return refusing;
    if (status.installed.seq >= version.seq && !(await wasInstalled(client, status, version)))
      throw superseded(version, status);
    const stage = stageOf(status, version, operators.keys);
    const silent = namesOfSilent(status, policy.messageIntervalMs);
    const progress = {
      ...stage,
      silent: silent.filter((name) => stage.waitingFor.includes(name)),
      version,
      status,
    };
    const news = describeNews(progress);
    if (news !== told) options.onProgress?.(progress);
    told = news;
    if (isDone(progress, options.until)) return null;
    await pause(publishPollMs, options.signal);
  }
}

/**
 * Whether the version must be withdrawn for this member: only for one whose consent it needs. One that it evicts could
 * stay for ever otherwise. A member that has installed it, and could not put all of it in force, is mended by a later one.
 */
function refuses({ inBarrier, installed, refusal }: MemberStatus, version: ClusterVersion): boolean {
  return inBarrier && isSameVersion(refusal?.version ?? null, version) && !isSameVersion(installed, version);
}

/** A version that was installed and then replaced counts as installed. */
async function wasInstalled(
  client: OperatorClient,
  status: ClusterStatus,
  version: ClusterVersion,
): Promise<boolean> {
  if (isSameVersion(status.installed, version)) return true;
  const { versions } = await client.call('config.history', {});
  return versions.some((entry) => isSameVersion(entry.version, version));
}

function superseded(version: ClusterVersion, status: ClusterStatus): PublishError {
  return new PublishError(
    'superseded',
    `Version ${version.seq} lost to version ${formatVersion(status.installed)}, which another operator published at the same time. Look at that one, then make your change again.`,
  );
}

function stageOf(
  status: ClusterStatus,
  version: ClusterVersion,
  operators: readonly Operator[],
): Pick<PublishProgress, 'stage' | 'waitingFor'> {
  const proposal = status.proposals.find((entry) => isSameVersion(entry.version, version));
  if (proposal && proposal.signaturesMissing > 0) {
    const names = operators.map(({ name }) => name).filter((name) => !proposal.signers.includes(name));
    return { stage: 'signatures', waitingFor: names };
  }
  const namesOf = (members: MemberStatus[]): string[] => members.map(({ name }) => name);
  if (status.installed.seq < version.seq) {
    const isReady = ({ phase, candidate }: MemberStatus): boolean =>
      phase === 'ready' && isSameVersion(candidate, version);
    const missing = status.members.filter((member) => member.inBarrier && !isReady(member));
    return { stage: 'barrier', waitingFor: namesOf(missing) };
  }
  // A member that has installed a version declines until all of it is in force there.
  const isBehind = ({ installed, declining }: MemberStatus): boolean =>
    (installed?.seq ?? 0) < version.seq || (declining && isSameVersion(installed, version));
  const behind = status.members.filter((member) => member.state === 'active' && isBehind(member));
  return { stage: 'members', waitingFor: namesOf(behind) };
}

function namesOfSilent({ node, members }: ClusterStatus, messageIntervalMs: number): string[] {
  const latelyMs = heardLatelyMs(messageIntervalMs);
  const isSilent = ({ heardAgoMs }: MemberStatus): boolean => (heardAgoMs ?? Infinity) > latelyMs;
  return members.filter((member) => member.id !== node && isSilent(member)).map(({ name }) => name);
}

function isDone({ stage, waitingFor }: PublishProgress, until: PublishOptions['until']): boolean {
  return stage === 'members' && (until === 'installed' || waitingFor.length === 0);
}

function describeNews({ stage, waitingFor, silent, status }: PublishProgress): string {
  const members = status.members.map(({ id, installed, candidate, phase }) => [
    id,
    installed,
    candidate,
    phase,
  ]);
  return JSON.stringify([stage, waitingFor, silent, members]);
}

/** Publishes the old content under a higher number; throws what the operator must know. */
async function withdraw(
  client: OperatorClient,
  { version, refusing }: { version: ClusterVersion; refusing: MemberStatus },
  options: PublishOptions,
): Promise<never> {
  const reason = refusing.refusal?.reason ?? 'It did not say why.';
  const because = `Version ${version.seq} withdrawn: ${refusing.name} can't take it`;
  const { operator } = options;
  const edition = await readEdition(client, { operator, reason: because });
  const draft = await composeWithdrawal(edition, { withdrawn: version });
  const replacement = await submit(client, draft, operator);
  const { onProgress, ...quiet } = options;
  const asWithdrawing = (progress: PublishProgress): void =>
    onProgress?.({ ...progress, stage: 'withdrawing' });
  await follow(client, replacement, { ...quiet, until: 'installed', onProgress: asWithdrawing });
  throw new PublishError(
    'refused_by_member',
    `${refusing.name} can't take this change: ${reason} It was withdrawn, and nothing changed.`,
  );
}
