// Changes the key bags of the links, from the first step to the last: publishes what comes next as rotation.ts plans it,
// and waits in between until every member is there and no link uses the old keys. It remembers nothing: interrupted at
// any point, it goes on from where the cluster is when it is called again. Callers: `consign bag`, the launcher.
import { ConfigurationError } from '../configuration/configuration-error.ts';
import type { ClusterVersion } from '../configuration/protocol/cluster-version.ts';
import { isSameVersion } from '../configuration/protocol/cluster-version.ts';
import type { ClusterStatus } from '../methods/operator-methods.ts';
import { composeRotationStep, type RotationStep } from './compose-rotation-step.ts';
import type { Edition, InstalledVersion } from './draft.ts';
import { rotatingLinks, type LinkPair } from './link-pairs.ts';
import { rebaseTriesMax, rotationPollMs } from './operator-limits.ts';
import { PublishError, pause } from './publish-error.ts';
import { publishVersion, type PublishOptions } from './publish.ts';
import { readEdition, readInstalled, type OperatorClient } from './read-installed.ts';
import {
  findGoal,
  planAbort,
  planRotation,
  rotationDueAtMs,
  type AbortPlan,
  type RotationPlan,
  type WaitingFor,
} from './rotation.ts';

/** How to change key bags. */
export interface BagOptions extends Omit<PublishOptions, 'until'> {
  /** Why, for the history. */
  readonly reason: string;
  /** The node whose links alone are meant; null for all. */
  readonly node?: string | null;
  /** Called before a step is published. */
  readonly onStep?: (step: RotationStep, links: readonly LinkPair[]) => void;
  /** Called when whom or what it waits for, before the next step, has changed. */
  readonly onWaiting?: (waitingFor: readonly WaitingFor[]) => void;
}

/** How to rotate. */
export interface RotationOptions extends BagOptions {
  /** Does nothing unless the policy's time has come, or a rotation was begun. */
  readonly ifDue?: boolean;
  /** Retires the old keys without waiting until no link uses them: those links are closed, calls on them finished. */
  readonly isEmergency?: boolean;
  /** Called when it goes on with a rotation that was begun before. */
  readonly onResume?: () => void;
}

/** What was done. */
export interface RotationResult {
  /** The versions that were published; none when nothing was due. */
  readonly versions: readonly ClusterVersion[];
  /** Whether it went on with a rotation that was begun before. */
  readonly resumed: boolean;
}

/**
 * Rotates, or brings to its end a rotation that was begun. Throws PublishError (`cancelled` by the signal: the cluster is
 * fine wherever it was stopped), ConfigurationError, RpcError.
 */
export async function rotateBags(client: OperatorClient, options: RotationOptions): Promise<RotationResult> {
  const { manifest } = await readInstalled(client, options.operator);
  const { resumed, ...goal } = findGoal(manifest, options.node ?? null);
  const dueAtMs = rotationDueAtMs(manifest);
  const isDue = resumed || (dueAtMs !== null && dueAtMs <= Date.now());
  if (options.ifDue === true && !isDue) return { versions: [], resumed };
  if (resumed) options.onResume?.();
  const versions = await repeatSteps(client, options, (installed, status) => {
    const plan = planRotation(installed.manifest, status, goal);
    return options.isEmergency === true ? withoutDraining(installed, goal.node, plan) : plan;
  });
  // What was begun earlier may be older than the emergency.
  if (!resumed || options.isEmergency !== true) return { versions, resumed };
  const again = await rotateBags(client, options);
  return { versions: [...versions, ...again.versions], resumed };
}

/** Goes back to the old bags, as long as they are not retired. Returns the versions published; none without a rotation. */
export async function abortRotation(client: OperatorClient, options: BagOptions): Promise<ClusterVersion[]> {
  return repeatSteps(client, options, ({ manifest }, status) =>
    planAbort(manifest, status, options.node ?? null),
  );
}

type Plan = RotationPlan | AbortPlan;

async function repeatSteps(
  client: OperatorClient,
  options: BagOptions,
  planNext: (installed: InstalledVersion, status: ClusterStatus) => Plan,
): Promise<ClusterVersion[]> {
  const versions: ClusterVersion[] = [];
  let told = '';
  let overtakenCount = 0;
  for (;;) {
    const edition = await readEdition(client, options);
    const status = await client.call('config.status', {});
    // Another version came in between the two questions: what they say does not go together.
    const isOne = isSameVersion(status.installed, edition.installed.version);
    const plan: Plan = isOne ? planNext(edition.installed, status) : { next: 'wait', waitingFor: [] };
    if (plan.next === 'done') return versions;
    if (plan.next === 'wait') {
      const news = JSON.stringify(plan.waitingFor);
      if (news !== told) options.onWaiting?.(plan.waitingFor);
      told = news;
      await pause(rotationPollMs, options.signal);
      continue;
    }
    options.onStep?.(plan.next, plan.links);
    const version = await publishStep(client, options, { edition, step: plan.next, links: plan.links });
    if (version !== null) versions.push(version);
    else if (++overtakenCount > rebaseTriesMax)
      throw new PublishError(
        'superseded',
        'Other versions were published again and again at the same time. Run this again when they are done.',
      );
  }
}

/** Publishes one step; null when another operator's version came first, after which there may be another step to take. */
async function publishStep(
  client: OperatorClient,
  options: BagOptions,
  { edition, step, links }: { edition: Edition; step: RotationStep; links: readonly LinkPair[] },
): Promise<ClusterVersion | null> {
  const reason = `${edition.reason} (${step})`;
  try {
    return await publishVersion(
      client,
      await composeRotationStep({ ...edition, reason }, { step, links }),
      options,
    );
  } catch (error) {
    const isOvertaken =
      (error instanceof PublishError && ['superseded', 'stale', 'not_a_successor'].includes(error.code)) ||
      (error instanceof ConfigurationError && error.code === 'nothing_to_do');
    if (!isOvertaken) throw error;
    return null;
  }
}

/** In an emergency, links of old generations are no reason to wait. */
function withoutDraining(
  { manifest }: InstalledVersion,
  node: string | null,
  plan: RotationPlan,
): RotationPlan {
  if (plan.next !== 'wait' || plan.waitingFor.some(({ why }) => why !== 'old_links')) return plan;
  const links = rotatingLinks(manifest, node).filter(({ accept }) => accept.length > 1);
  return { next: 'retire', links };
}
