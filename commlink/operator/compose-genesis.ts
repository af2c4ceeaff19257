// The first version of a cluster: all members active, a first bag generation for each link, the configuration sealed to
// each operator. Callers: the launcher's first start and its migration, and tests.
import type { Manifest, ManifestMember, Operator } from '../configuration/blocks/manifest.ts';
import type { Member } from '../node-config.ts';
import { nodeIdOf } from '../node-keys.ts';
import type {
  ClusterConfiguration,
  ClusterPolicy,
  NodeEntry,
  NodeIdentity,
} from '../settings/cluster-configuration.ts';
import { fillSections, labelOf } from './compose-version.ts';
import type { Draft } from './draft.ts';
import { linksOf } from './link-pairs.ts';
import { assertValid } from './validate-configuration.ts';

const firstSeq = 1;

/** A node of the first version: its raw public keys, its role and settings, its certificate and keys. */
export interface FirstNode {
  readonly name: string;
  readonly keys: Pick<Member, 'signingKey' | 'sealingKey'>;
  readonly entry: NodeEntry;
  readonly identity: NodeIdentity;
}

/** The cluster to be made. */
export interface GenesisRequest {
  readonly cluster: string;
  readonly operators: readonly Operator[];
  /** How many of the operators must sign each later version. */
  readonly threshold: number;
  /** The internal-db that installs first. */
  readonly anchorName: string;
  readonly nodes: readonly FirstNode[];
  readonly policy: ClusterPolicy;
  readonly publishedBy: string;
  readonly nowMs: number;
}

/** Composes the first version. Throws ConfigurationError `settings_invalid`, `malformed` or `too_large`. */
export async function composeGenesis(request: GenesisRequest): Promise<Draft> {
  const { cluster, nodes, nowMs, policy, publishedBy } = request;
  const members = nodes.map(memberOf);
  const configuration: ClusterConfiguration = {
    policy,
    nodes: Object.fromEntries(nodes.map(({ name, entry }) => [name, entry])),
  };
  assertValid(configuration, members);
  const frame: Manifest = {
    format: 1,
    cluster,
    seq: firstSeq,
    parent: null,
    anchor: members.find(({ name }) => name === request.anchorName)?.id ?? '',
    members,
    barrier: members.map(({ id }) => id),
    links: linksOf(configuration, members, { known: [], seq: firstSeq, nowMs }),
    sections: [],
    operators: { threshold: request.threshold, keys: [...request.operators] },
    invitations: [],
    policy,
    ...labelOf({ reason: 'The cluster was made.', publishedBy, nowMs }),
  };
  const identities = new Map(nodes.map((node) => [memberOf(node).id, node.identity]));
  return fillSections(frame, { configuration, identities }, null);
}

function memberOf({ name, keys: { signingKey, sealingKey }, entry: { role } }: FirstNode): ManifestMember {
  return { name, role, id: nodeIdOf(signingKey), signingKey, sealingKey, state: 'active' };
}
