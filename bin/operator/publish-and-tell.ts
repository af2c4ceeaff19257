// Publishes a change and tells the person how far it is: who must still sign, each node as it stages, is ready, and has
// installed. Every command that changes the cluster publishes through this. Standard error has the progress.
import type { ClusterVersion } from '#commlink/configuration/protocol/cluster-version.ts';
import { isSameVersion } from '#commlink/configuration/protocol/cluster-version.ts';
import type { Draft, Edition } from '#commlink/operator/draft.ts';
import { publishChange, type ChangeOptions, type PublishProgress } from '#commlink/operator/publish.ts';
import type { CommandInput, Explained, Invocation } from '../command-spec.ts';
import type { Cluster } from './cluster.ts';
import { shortVersion } from './short-version.ts';

/** The options of every command that publishes. */
export const publishOptions: readonly Explained[] = [
  ['--reason <text>', 'why, for the history of the configuration'],
  ['--no-wait', 'hand it in and go; exit code 6 while it is not in force everywhere'],
];

/** What became of a publication. */
export interface Publication {
  readonly version: ClusterVersion;
  /** False when it was only handed in. */
  readonly isInForce: boolean;
  readonly signaturesMissing: number;
}

/** Composes on what is installed, publishes, tells. Throws what publishChange throws. */
export async function publishAndTell(
  invocation: Invocation,
  input: CommandInput,
  work: {
    readonly cluster: Cluster;
    readonly reason: string;
    readonly compose: (edition: Edition) => Promise<Draft>;
  },
): Promise<Publication> {
  const { cluster, reason, compose } = work;
  const waits = !input.isOff('wait');
  const options: ChangeOptions = {
    operator: await cluster.operator(),
    reason,
    until: waits ? 'everywhere' : 'submitted',
    ...(waits ? { signal: invocation.signal } : {}),
    onProgress: createTeller(invocation, cluster.where),
  };
  const version = await publishChange(cluster.client, compose, options);
  if (waits) return { version, isInForce: true, signaturesMissing: 0 };
  invocation.setFailed('pending');
  const { proposals } = await cluster.status();
  const proposal = proposals.find((entry) => isSameVersion(entry.version, version));
  return { version, isInForce: false, signaturesMissing: proposal?.signaturesMissing ?? 0 };
}

/** The sentence at the end. A version that lacks signatures is only at the node that took it, which `where` names. */
export function describePublication(
  { version, isInForce, signaturesMissing }: Publication,
  { where }: Pick<Cluster, 'where'>,
): string {
  if (isInForce) return `Version ${shortVersion(version)} is installed on every node.`;
  if (signaturesMissing > 0) return `It was handed in. ${describeSigning(version, signaturesMissing, where)}`;
  return `Version ${shortVersion(version)} was handed in. See how far it is: consign node list`;
}

/** Tells what changed since it was called last, one line a node. */
export function createTeller(
  invocation: Pick<Invocation, 'note'>,
  where: string,
): (progress: PublishProgress) => void {
  const told = new Map<string, string>();
  return (progress) => {
    const { version, stage, waitingFor } = progress;
    const say = (what: string, line: string): void => {
      if (told.get(what) === line) return;
      told.set(what, line);
      invocation.note(line);
    };
    if (stage === 'signatures') {
      const proposal = progress.status.proposals.find((entry) => isSameVersion(entry.version, version));
      say('', describeSigning(version, proposal?.signaturesMissing ?? 1, where));
      say('who', `  Who may sign: ${waitingFor.join(', ')}`);
      return;
    }
    say('', `Version ${shortVersion(version)}${stage === 'withdrawing' ? ' takes it back' : ''}:`);
    for (const { name, line } of describeSteps(progress)) say(name, line);
    for (const name of progress.silent) {
      const advice = `Bring it back. If it is lost, in another terminal: consign node evict ${name} --reason …`;
      say(`silent ${name}`, `  ${name}  is waited for, and was not heard lately. ${advice}`);
    }
  };
}

function describeSteps({ status, version }: PublishProgress): { name: string; line: string }[] {
  const width = Math.max(...status.members.map(({ name }) => name.length));
  return status.members.flatMap(({ name, installed, candidate, phase }) => {
    const step =
      (installed?.seq ?? 0) >= version.seq ? 'installed' : isSameVersion(candidate, version) ? phase : null;
    return step === null || step === 'idle' ? [] : [{ name, line: `  ${name.padEnd(width)}  ${step}` }];
  });
}

function describeSigning(version: ClusterVersion, missing: number, where: string): string {
  const signatures = missing === 1 ? 'one more signature' : `${missing} more signatures`;
  return `Version ${shortVersion(version)} needs ${signatures}. Another operator runs: consign config sign ${shortVersion(version)}${where}`;
}
