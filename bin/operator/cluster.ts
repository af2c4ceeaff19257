// The command line's connection to a node's door for operators: the Unix socket of a node of the state directory, or with
// --at a node's administration listener anywhere, where both ends prove their keys. What a node shows is held against
// what this operator saw before, so that a lying or left-behind node is not believed. Called by main.ts.
import type { Manifest, SignedManifest } from '#commlink/configuration/blocks/manifest.ts';
import { decodeManifest } from '#commlink/configuration/blocks/signed-manifest.ts';
import type { ClusterStatus } from '#commlink/methods/operator-methods.ts';
import type { OperatorKeys } from '#commlink/operator/operator-keys.ts';
import { readInstalled, type Installed, type OperatorClient } from '#commlink/operator/read-installed.ts';
import type { StateLayout } from '#deploy/state-directory.ts';
import { CliError } from '../cli-error.ts';
import type { Terminal } from '../terminal.ts';
import { connectAt, connectLocally } from './connect-operator.ts';
import { holdToItsWord } from './held-client.ts';
import { checkSeen, readKnownCluster, rememberCluster } from './known-cluster.ts';
import { readOperatorKey } from './operator-key.ts';
import type { OperatorFiles } from './operator-files.ts';

/** A cluster, as one of its nodes shows it. */
export interface Cluster {
  readonly client: OperatorClient;
  /** What makes a command go to the same node again: ` --at HOST:PORT`, or nothing. */
  readonly where: string;
  /** The installed manifest when the connection was made; its policy and operators. */
  readonly manifest: Manifest;
  /** How it stands now. */
  readonly status: () => Promise<ClusterStatus>;
  /** The operator's key; the passphrase is asked for at most once. */
  readonly operator: () => Promise<OperatorKeys>;
  /** The installed version, with the configuration opened. */
  readonly installed: () => Promise<Installed>;
}

/** Where and as whom to connect. `at` is HOST:PORT, `nodeId` CLUSTER/ID. */
export interface ClusterSource {
  readonly layout: StateLayout;
  readonly terminal: Terminal;
  readonly operatorFiles: OperatorFiles;
  readonly passphraseFile: string | null;
  readonly at: string | undefined;
  readonly nodeId: string | undefined;
}

/** Connects, runs `work`, closes. Throws CliError `unreachable`, or `failed` for a node that is not to be believed. */
export async function withCluster<T>(
  source: ClusterSource,
  work: (cluster: Cluster) => Promise<T>,
): Promise<T> {
  let key: Promise<OperatorKeys> | null = null;
  const operator = (): Promise<OperatorKeys> => (key ??= readOperatorKey(source));
  const { at, nodeId } = source;
  const isFirst = at !== undefined && nodeId === undefined;
  const remembered = await readKnownCluster(source.operatorFiles);
  const known = remembered ?? (isFirst ? await learnLocally(source) : null);
  const client =
    at === undefined
      ? await connectLocally(source.layout)
      : await connectAt({ at, nodeId, known, operator: await operator() });
  try {
    const seen = await showInstalled(client);
    await checkSeen({ client, known, seen });
    await rememberCluster(source.operatorFiles, { remembered, seen });
    const held = holdToItsWord(client, seen);
    return await work({
      client: held,
      where: at === undefined ? '' : ` --at ${at}`,
      manifest: decodeManifest(seen).manifest,
      operator,
      status: () => client.call('config.status', {}),
      installed: async () => readInstalled(held, await operator()),
    });
  } finally {
    client.close();
  }
}

/** Before the first contact elsewhere, a running node of the state directory says whom to trust; null when none runs. */
async function learnLocally({ layout }: ClusterSource): Promise<SignedManifest | null> {
  try {
    const client = await connectLocally(layout);
    try {
      return await showInstalled(client);
    } finally {
      client.close();
    }
  } catch (error) {
    if (error instanceof CliError && error.code === 'unreachable') return null;
    throw error;
  }
}

/** The manifest alone: no section is sealed to the node's own id under `configuration`. */
async function showInstalled(client: OperatorClient): Promise<SignedManifest> {
  const { node } = await client.call('config.status', {});
  const { manifest } = await client.call('config.block', { version: null, recipient: node });
  return manifest;
}
