// The first start's cluster: a configuration whose only member is internal-db, signed by a new operator key. The other
// programs then join it with tickets, as machines elsewhere would. Called by installation.ts, with nothing running.
// A first start that was cut short begins the configuration over; the keys of nodes and operator are kept.
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { writeGenesis } from '#commlink/configuration/cluster-node.ts';
import { joinCluster } from '#commlink/configuration/join-cluster.ts';
import { createLogger } from '#commlink/log.ts';
import { readNodeKeys, writeNodeKeys } from '#commlink/node-key-file.ts';
import { createNodeKeys, type NodeKeys } from '#commlink/node-keys.ts';
import {
  acceptNode,
  activateNode,
  inviteNode,
  type IssuedTicket,
  type NewNode,
} from '#commlink/operator/admit-node.ts';
import { composeGenesis } from '#commlink/operator/compose-genesis.ts';
import { signDraft } from '#commlink/operator/draft.ts';
import { operatorOf, type OperatorKeys } from '#commlink/operator/operator-keys.ts';
import { defaultClusterPolicy, type NodeIdentity } from '#commlink/settings/cluster-configuration.ts';
import { clusterName, nodeNames, type EntriesByRole } from './default-settings.ts';
import { joinTicketLifetimeMs } from './limits.ts';
import { createIdentity } from './node-identity.ts';
import { connectToProgram, ensureOperatorKeys } from './operator-connection.ts';
import { bootstrapOf, makeProgramFolders, writeProgramConfig, type NodePlace } from './program-folder.ts';
import { programNames, type ProgramName, type StateLayout } from './state-directory.ts';

/** The first member, to which the others turn with their tickets. */
const contact = 'internal-db';

/** What the first start goes on with. */
export interface FirstCluster {
  readonly layout: StateLayout;
  readonly operator: OperatorKeys;
  readonly entries: EntriesByRole;
}

/** Who joins it here. */
export interface Joining {
  readonly roles: readonly ProgramName[];
  /** Starts a program that has joined; resolves when it is ready. */
  readonly startProgram: (role: ProgramName) => Promise<void>;
  readonly signal: AbortSignal;
}

/** Makes the cluster of internal-db alone, ready to be started. */
export async function beginCluster(layout: StateLayout, entries: EntriesByRole): Promise<FirstCluster> {
  for (const role of programNames) {
    await rm(layout.configFile(role), { force: true });
    await rm(layout.configurationDirectory(role), { recursive: true, force: true });
  }
  const cluster: FirstCluster = { layout, entries, operator: await ensureOperatorKeys(layout) };
  await makeProgramFolders(layout, contact);
  const keys = await ensureNodeKeys(layout);
  const draft = await composeGenesis({
    cluster: clusterName,
    operators: [operatorOf(cluster.operator)],
    threshold: 1,
    anchorName: nodeNames[contact],
    nodes: [
      {
        name: nodeNames[contact],
        keys: { signingKey: keys.signing.raw, sealingKey: keys.sealing.raw },
        entry: cluster.entries[contact],
        identity: await identityOf(cluster, contact),
      },
    ],
    policy: defaultClusterPolicy,
    publishedBy: cluster.operator.name,
    nowMs: Date.now(),
  });
  const place = placeOf(contact);
  await writeGenesis(bootstrapOf(layout, contact, place), signDraft(draft, cluster.operator));
  await writeProgramConfig(layout, contact, place);
  return cluster;
}

/**
 * Lets the other programs join: a ticket for each, used here as `consign node join` uses it; each is started as soon as
 * it has joined, and made active once it was heard. internal-db must be running. Throws when `signal` is aborted.
 */
export async function admitPrograms(
  cluster: FirstCluster,
  { roles, startProgram, signal }: Joining,
): Promise<void> {
  const { layout, operator } = cluster;
  const client = await connectToProgram(layout, contact);
  const options = { operator, signal };
  try {
    const invited: { role: ProgramName; node: NewNode; issued: IssuedTicket }[] = [];
    for (const role of roles.filter((each) => each !== contact)) {
      const node = newNode(cluster, role);
      invited.push({ role, node, issued: await inviteNode(client, node, options) });
    }
    const accepting = async (): Promise<void> => {
      for (const { role, node, issued } of invited) {
        const createIdentity = () => identityOf(cluster, role);
        await acceptNode(client, { node, issued, createIdentity }, options);
      }
    };
    const joining = invited.map(async ({ role, issued }) => {
      await join(layout, { role, ticket: issued.text, signal });
      await startProgram(role);
    });
    await Promise.all([accepting(), ...joining]);
    for (const { node } of invited) await activateNode(client, node.name, options);
  } finally {
    client.close();
  }
}

function newNode({ entries }: FirstCluster, role: ProgramName): NewNode {
  const listen = entries[contact].settings.links.listen;
  if (listen === null) throw new Error('unreachable: the first member listens for the others');
  return {
    name: nodeNames[role],
    role,
    entry: entries[role],
    replaces: false,
    isBehindNat: false,
    dialledBy: [],
    contact: { name: nodeNames[contact], ...listen },
    validForMs: joinTicketLifetimeMs,
  };
}

function identityOf({ layout, entries }: FirstCluster, role: ProgramName): Promise<NodeIdentity> {
  return createIdentity(layout, entries[role], { isOnThisMachine: true });
}

function placeOf(role: ProgramName): NodePlace {
  return { cluster: clusterName, name: nodeNames[role] };
}

async function join(
  layout: StateLayout,
  { role, ticket, signal }: { role: ProgramName; ticket: string; signal: AbortSignal },
): Promise<void> {
  await makeProgramFolders(layout, role);
  const log = createLogger('launcher', 'silent');
  await joinCluster({ ticket, bootstrap: bootstrapOf(layout, role, placeOf(role)), log, signal });
  await writeProgramConfig(layout, role, placeOf(role));
}

async function ensureNodeKeys(layout: StateLayout): Promise<NodeKeys> {
  const file = layout.keyFile(contact);
  if (existsSync(file)) return readNodeKeys(file);
  const keys = createNodeKeys();
  await writeNodeKeys(file, keys);
  return keys;
}
