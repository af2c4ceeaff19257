// Reads the installed version of the configuration from any node, for an operator: the source of every change, so that
// an operator keeps nothing but a key. Callers: publish.ts, admit-node.ts, the `consign` command.
// The node is only a courier of what operators signed; that a change fits is checked by every node once more.
import type { SignedManifest } from '../configuration/blocks/manifest.ts';
import { decodeManifest } from '../configuration/blocks/signed-manifest.ts';
import type { ClusterStatus, operatorMethods } from '../methods/operator-methods.ts';
import type { RpcPeer } from '../rpc.ts';
import type { Edition, InstalledVersion } from './draft.ts';
import { openConfiguration } from './open-configuration.ts';
import { seqLeapMax } from './operator-limits.ts';
import type { OperatorKeys } from './operator-keys.ts';

/** A connection to a node's operator socket or administration listener. */
export type OperatorClient = RpcPeer<typeof operatorMethods>;

/** What is installed at the asked node, opened, with its signatures. */
export interface Installed extends InstalledVersion {
  readonly signed: SignedManifest;
}

/** Reads it. Throws RpcError, and ConfigurationError when the block can't be opened with the operator's keys. */
export async function readInstalled(client: OperatorClient, operator: OperatorKeys): Promise<Installed> {
  const { manifest: signed, sections } = await client.call('config.block', {
    version: null,
    recipient: operator.id,
  });
  const decoded = decodeManifest(signed);
  const { manifest } = decoded;
  const configuration = await openConfiguration({ manifest, sections, keys: operator });
  return { ...decoded, signed, configuration };
}

/** Who makes a change, and why. */
export interface ChangeLabel {
  readonly operator: OperatorKeys;
  readonly reason: string;
}

/** Reads what a change is composed on. Throws what readInstalled throws. */
export async function readEdition(
  client: OperatorClient,
  { operator, reason }: ChangeLabel,
): Promise<Edition> {
  const [installed, status] = await Promise.all([
    readInstalled(client, operator),
    client.call('config.status', {}),
  ]);
  const highestSeq = highestSeqOf(status, installed.version.seq);
  return { installed, highestSeq, reason, publishedBy: operator.name, nowMs: Date.now() };
}

/**
 * The highest number that anybody is known to have used: numbers are never used twice. Numbers are given one by one, so
 * one that is far above the installed version's is a lie, and following it would use up all that there are.
 */
function highestSeqOf(
  { installed, candidate, members, proposals }: ClusterStatus,
  installedSeq: number,
): number {
  const ofMembers = members.flatMap((member) => [
    member.installed,
    member.candidate,
    member.refusal?.version ?? null,
  ]);
  const seen = [installed, candidate, ...ofMembers, ...proposals.map(({ version }) => version)];
  const used = seen.map((version) => version?.seq ?? 0).filter((seq) => seq <= installedSeq + seqLeapMax);
  return Math.max(installedSeq, ...used);
}
