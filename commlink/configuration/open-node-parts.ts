// Reads and verifies what a node has on its disk, before it opens a socket. Changes nothing, so that other programs of the
// same owner may look as well. Callers: cluster-node.ts.
import { MetricRegistry } from '../metrics/metric-registry.ts';
import type { NodeRole } from '../node-config.ts';
import { readNodeKeys } from '../node-key-file.ts';
import type { NodeKeys } from '../node-keys.ts';
import { StartupError } from '../process-lifecycle.ts';
import { AdmissionGate } from './admission.ts';
import { BlockShelf } from './block-shelf.ts';
import type { WholeBlock } from './blocks/block.ts';
import { ConfigurationError } from './configuration-error.ts';
import { ConfigurationStore } from './configuration-store.ts';
import type { NodeParts, OpenClusterNodeOptions } from './node-parts.ts';
import { planOf } from './protocol/plan.ts';
import { restoreState } from './protocol/protocol-state.ts';
import { openVersion, type OpenedVersion } from './staged-change.ts';

/** Throws StartupError: `NOT_JOINED`, `CONFIGURATION_DAMAGED`, `NODE_KEY_MISMATCH`, `WRONG_ROLE`, `KEY_…`. */
export async function openNodeParts<R extends NodeRole>(
  options: OpenClusterNodeOptions<R>,
): Promise<NodeParts<R>> {
  const { bootstrap, role } = options;
  const store = new ConfigurationStore(bootstrap.configurationDirectory);
  const { format: _format, ...durable } = await store.readRecord();
  const keys = await readNodeKeys(bootstrap.keyFile);
  const installed = await store.readBlock(durable.installed);
  const candidate = durable.candidate && (await store.readBlock(durable.candidate));
  assertOwnDirectory(installed, options, keys);
  const opened = await openInstalled(installed, { keys, role });
  const shelf = new BlockShelf(store, installed);
  if (candidate) shelf.put(candidate);
  const core = restoreState({
    self: keys.id,
    durable,
    installed: planOf(installed.manifest, installed.version),
    candidate: candidate && planOf(candidate.manifest, candidate.version),
  });
  const metrics = new MetricRegistry();
  metrics.addProcess();
  return { ...options, keys, store, shelf, opened, core, metrics, admission: new AdmissionGate() };
}

function assertOwnDirectory<R extends NodeRole>(
  { manifest }: WholeBlock,
  { bootstrap, role }: OpenClusterNodeOptions<R>,
  keys: NodeKeys,
): void {
  const { cluster, name, keyFile, configurationDirectory } = bootstrap;
  const member = manifest.members.find((each) => each.name === name);
  if (manifest.cluster === cluster && !member)
    throw new StartupError(
      'CONFIGURATION_DAMAGED',
      `${name} was evicted from the cluster ${cluster}. Move ${configurationDirectory} and the config.json beside it away: the rest of this machine starts without it. To let it in again, run after that: consign node invite ${role} ${name}`,
    );
  if (manifest.cluster !== cluster || !member)
    throw new StartupError(
      'CONFIGURATION_DAMAGED',
      `${configurationDirectory} is not that of the node ${name} of the cluster ${cluster}. Put the right directory there.`,
    );
  if (member.id !== keys.id || member.sealingKey !== keys.sealing.raw)
    throw new StartupError(
      'NODE_KEY_MISMATCH',
      `The keys in ${keyFile} are not those of node ${name}. Put that node's own key file there.`,
    );
  if (member.role !== role)
    throw new StartupError(
      'WRONG_ROLE',
      `The cluster knows ${name} as ${member.role}, and this is the program of ${role}. Start the right program.`,
    );
}

async function openInstalled<R extends NodeRole>(
  block: WholeBlock,
  who: { readonly keys: NodeKeys; readonly role: R },
): Promise<OpenedVersion<R>> {
  try {
    return await openVersion(block, who);
  } catch (cause) {
    if (!(cause instanceof ConfigurationError)) throw cause;
    throw new StartupError(
      'CONFIGURATION_DAMAGED',
      `This node's part of the installed configuration can't be used: ${cause.message} Evict this node and join it anew.`,
      { cause },
    );
  }
}
