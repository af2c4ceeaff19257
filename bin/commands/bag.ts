// `consign bag status`, `rotate` and `abort`: the key bags of the links between nodes. Rotation is safe to interrupt at any
// point: where it is stands in the configuration itself, and the next run goes on from there.
import type { RotationStep } from '#commlink/operator/compose-rotation-step.ts';
import { PublishError } from '#commlink/operator/publish-error.ts';
import { abortRotation, rotateBags, type BagOptions } from '#commlink/operator/rotate-bags.ts';
import type { WaitingFor } from '#commlink/operator/rotation.ts';
import { CliError } from '../cli-error.ts';
import type { CommandInput, CommandSpec, Invocation } from '../command-spec.ts';
import type { Cluster } from '../operator/cluster.ts';
import { firstDueAtMs, isRotationOpen, listBags } from '#commlink/operator/bag-status.ts';
import { describeBags } from '../operator/describe-bags.ts';
import { createTeller } from '../operator/publish-and-tell.ts';
import { formatSpan } from '../text.ts';

/** `consign bag status`. */
export const bagStatus: CommandSpec = {
  examples: [
    ['bag status', 'every link; g12 is the generation that version 12 made'],
    ['bag status --json', 'for monitoring: dueAtMs, rotationOpen'],
  ],
  run: async (invocation) => {
    const { status, manifest } = await invocation.withCluster(async (cluster) => ({
      status: await cluster.status(),
      manifest: cluster.manifest,
    }));
    const bags = listBags(status, manifest);
    const dueAtMs = firstDueAtMs(bags);
    const rotationOpen = isRotationOpen(bags);
    const nowMs = Date.now();
    invocation.answer({ links: bags, dueAtMs, rotationOpen }, () =>
      [
        describeBags(bags, nowMs),
        ...(rotationOpen
          ? [
              '\nA rotation was begun. Bring it to its end with consign bag rotate, or give it up with consign bag abort.',
            ]
          : []),
        ...(dueAtMs !== null && dueAtMs <= nowMs
          ? [`\nA rotation is due since ${formatSpan(nowMs - dueAtMs)}.\n  → consign bag rotate`]
          : []),
      ].join('\n'),
    );
  },
};

/** `consign bag rotate`. */
export const bagRotate: CommandSpec = {
  options: [
    ['--node <name>', 'the links of this node alone'],
    ['--if-due', 'only when the policy says so (policy/rotateEveryDays), or one was begun: for a timer'],
    ['--emergency', 'close links with old keys at once instead of waiting until they are out of use'],
    ['--reason <text>', 'why, for the history of the configuration'],
  ],
  examples: [
    [
      'bag rotate',
      'three steps, with each node as it takes them; Ctrl-C is safe, and running it again goes on',
    ],
    ['bag rotate --node web1 --emergency --reason "Its memory was read"', 'all links of one node, fast'],
    ['bag rotate --if-due', 'from a timer'],
  ],
  run: (invocation, input) =>
    invocation.withCluster(async (cluster) => {
      const options = await bagOptions(invocation, input, { cluster, reason: 'Rotation of the key bags' });
      const { versions, resumed } = await goOn('rotate', () =>
        rotateBags(cluster.client, {
          ...options,
          ifDue: input.flag('ifDue'),
          isEmergency: input.flag('emergency'),
          onResume: () => invocation.note('A rotation was begun earlier; it is brought to its end.'),
        }),
      );
      invocation.answer({ versions, resumed }, () =>
        versions.length === 0
          ? input.flag('ifDue')
            ? 'No rotation is due.'
            : 'There are no links between active nodes: nothing was to be done.'
          : 'Every link has new keys, and the old ones are erased.',
      );
    }),
};

/** `consign bag abort`. */
export const bagAbort: CommandSpec = {
  options: [
    ['--node <name>', 'the links of this node alone'],
    ['--reason <text>', 'why, for the history of the configuration'],
  ],
  examples: [['bag abort --reason "Not in the busy hour"', 'as long as the old keys are not retired']],
  run: (invocation, input) =>
    invocation.withCluster(async (cluster) => {
      const options = await bagOptions(invocation, input, { cluster, reason: 'Rotation given up' });
      const versions = await goOn('abort', () => abortRotation(cluster.client, options));
      invocation.answer({ versions }, () =>
        versions.length === 0
          ? 'No rotation is under way.'
          : 'The links use their old keys; the new ones are erased.',
      );
    }),
};

async function bagOptions(
  invocation: Invocation,
  input: CommandInput,
  { cluster, reason }: { cluster: Cluster; reason: string },
): Promise<BagOptions> {
  const node = input.option('node');
  if (node !== null && !cluster.manifest.members.some(({ name }) => name === node))
    throw new CliError('notFound', `There is no node "${node}". \`consign node list\` has them.`);
  return {
    operator: await cluster.operator(),
    signal: invocation.signal,
    reason: input.option('reason') ?? reason,
    node,
    onStep: (step, links) => invocation.note(describeStep(step, links.length)),
    onWaiting: (waitingFor) => waitingFor.forEach((each) => invocation.note(`  ${describeWaiting(each)}`)),
    onProgress: createTeller(invocation, cluster.where),
  };
}

/** What a person may do after an interruption is said together with it. */
async function goOn<T>(command: 'rotate' | 'abort', work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof PublishError && error.code === 'cancelled')) throw error;
    const advice = `Nothing is broken: customers and links go on as they are. Go on with consign bag ${command}`;
    const other = command === 'rotate' ? ', or go back with consign bag abort' : '';
    throw new CliError('interrupted', `Interrupted. ${advice}${other}. See consign bag status.`, {
      cause: error,
    });
  }
}

const stepTexts: Readonly<Record<RotationStep, string>> = {
  accept: 'Step 1 of 3, accept: the ends of %s get new keys beside the old ones',
  send: 'Step 2 of 3, send: %s move to the new keys',
  retire: 'Step 3 of 3, retire: the old keys of %s are erased',
  abort: 'Abort: %s go back to the old keys',
};

function describeStep(step: RotationStep, linkCount: number): string {
  return stepTexts[step].replace('%s', linkCount === 1 ? '1 link' : `${linkCount} links`);
}

function describeWaiting({ node, why, peer, generation, count }: WaitingFor): string {
  if (why === 'not_heard') return `waiting for ${node}, which was not heard`;
  if (why === 'not_installed') return `waiting for ${node}, which has not installed the last step yet`;
  return `waiting for ${node}: ${count} ${count === 1 ? 'link' : 'links'} to ${peer} still use g${generation}`;
}
