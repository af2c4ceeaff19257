// Turns a state of layout 1 (configuration, bags and certificates in files of each program) into layout 2, where they
// are sections of the cluster's configuration. Node keys stay, so the database and the ledgers go on knowing the nodes.
// Called by prepare-state.ts, with nothing running. Cut short anywhere, it goes on at the next start.
import { existsSync } from 'node:fs';
import { readFile, readdir, rm, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { blockCheck, type Block } from '#commlink/configuration/blocks/block.ts';
import { writeGenesis } from '#commlink/configuration/cluster-node.ts';
import { readNodeKeys } from '#commlink/node-key-file.ts';
import { composeGenesis, type FirstNode } from '#commlink/operator/compose-genesis.ts';
import { signDraft } from '#commlink/operator/draft.ts';
import { operatorOf } from '#commlink/operator/operator-keys.ts';
import { erasePrivateFile, writePrivateFile } from '#commlink/private-file.ts';
import { StartupError } from '#commlink/process-lifecycle.ts';
import { Type, compileSchema, type Static } from '#commlink/schema.ts';
import {
  defaultClusterPolicy,
  type NodeEntry,
  type NodeIdentity,
} from '#commlink/settings/cluster-configuration.ts';
import {
  clusterName,
  defaultEntries,
  firstPlaces,
  nodeNames,
  type EntriesByRole,
} from './default-settings.ts';
import { createIdentity } from './node-identity.ts';
import { ensureOperatorKeys } from './operator-connection.ts';
import { layOutPorts } from './ports.ts';
import { bootstrapOf, makeProgramFolders, writeProgramConfig } from './program-folder.ts';
import { markState, programNames, type ProgramName, type StateLayout } from './state-directory.ts';

/** What the launcher of layout 1 wrote that is not the same in every state. */
const OldFiles = Type.Object({
  portal: Type.Object({ port: Type.Integer({ minimum: 1, maximum: 65_476 }) }),
});
const OldFtpNode = Type.Object({ jail: Type.String() });
const oldWebFrontCheck = compileSchema('configuration of layout 1', OldFiles);
const oldFtpNodeCheck = compileSchema('configuration of layout 1', OldFtpNode);

/** The files of a program that layout 2 has no place for. */
const oldFiles = ['tls-cert.pem', 'tls-key.pem', 'ssh_host_ed25519_key', 'ssh_host_ecdsa_key'];
const oldBagFolder = 'bags';

/** Migrates. Afterwards the state is one of layout 2, but for files that finishMigration erases. */
export async function migrateState(layout: StateLayout, say: (line: string) => void): Promise<void> {
  if (existsSync(layout.firstLoginsFile)) {
    // Its first start was never completed: the new one begins the configuration over.
    for (const role of programNames) await eraseOldFiles(layout, role);
    await markState(layout);
    return;
  }
  const block = (await readBlock(layout)) ?? (await composeBlock(layout));
  for (const [role, place] of firstPlaces) {
    await makeProgramFolders(layout, role);
    await rm(layout.configurationDirectory(role), { recursive: true, force: true });
    await writeGenesis(bootstrapOf(layout, role, place), block);
  }
  for (const [role, place] of firstPlaces) await writeProgramConfig(layout, role, place);
  await markState(layout);
  say(
    `The state was brought to layout 2. Its configuration is signed with a new operator key: ${layout.operatorKeyFile}`,
  );
}

/** Erases what the migration has left over. Does nothing without one. */
export async function finishMigration(layout: StateLayout): Promise<void> {
  if (!existsSync(layout.migrationFile)) return;
  for (const role of programNames) await eraseOldFiles(layout, role);
  await erasePrivateFile(layout.migrationFile);
}

/** A migration that was cut short: some nodes may have this version already, so it must stay the one. */
async function readBlock(layout: StateLayout): Promise<Block | null> {
  if (!existsSync(layout.migrationFile)) return null;
  return blockCheck.parse(JSON.parse(await readFile(layout.migrationFile, 'utf8')));
}

/** The first version, of the keys, certificates and host keys that are there; durable before anything of it is used. */
async function composeBlock(layout: StateLayout): Promise<Block> {
  const entries = await readOldEntries(layout);
  const operator = await ensureOperatorKeys(layout);
  const nodes: FirstNode[] = [];
  for (const role of programNames) {
    const { signing, sealing } = await readNodeKeys(layout.keyFile(role));
    nodes.push({
      name: nodeNames[role],
      keys: { signingKey: signing.raw, sealingKey: sealing.raw },
      entry: entries[role],
      identity: await readOldIdentity(layout, entries[role]),
    });
  }
  const draft = await composeGenesis({
    cluster: clusterName,
    operators: [operatorOf(operator)],
    threshold: 1,
    anchorName: nodeNames['internal-db'],
    nodes,
    policy: defaultClusterPolicy,
    publishedBy: operator.name,
    nowMs: Date.now(),
  });
  const block = signDraft(draft, operator);
  await writePrivateFile(layout.migrationFile, JSON.stringify(block));
  return block;
}

/** The launcher of layout 1 wrote its files anew at each start, so they say no more than their row of ports and the jail. */
async function readOldEntries(layout: StateLayout): Promise<EntriesByRole> {
  const [front, node] = await Promise.all([
    readOldConfig<Static<typeof OldFiles>>(layout, 'web-front', oldWebFrontCheck.parse),
    readOldConfig<Static<typeof OldFtpNode>>(layout, 'ftp-node', oldFtpNodeCheck.parse),
  ]);
  return defaultEntries({ ports: layOutPorts(front.portal.port), isRoot: node.jail === 'required' });
}

async function readOldConfig<T>(
  layout: StateLayout,
  role: ProgramName,
  parse: (value: unknown) => T,
): Promise<T> {
  const file = layout.configFile(role);
  try {
    return parse(JSON.parse(await readFile(file, 'utf8')));
  } catch (cause) {
    const advice = 'Restore it from a backup, or start the Consign that wrote it once more.';
    throw new StartupError('STATE_DAMAGED', `${file} can't be read as layout 1 has it. ${advice}`, { cause });
  }
}

async function readOldIdentity(layout: StateLayout, entry: NodeEntry): Promise<NodeIdentity> {
  const at = (name: string): string => join(layout.programDirectory(entry.role), name);
  const hostKeyNames = entry.role === 'ftp-node' ? oldFiles.slice(2) : [];
  if (![...oldFiles.slice(0, 2), ...hostKeyNames].every((name) => existsSync(at(name))))
    return createIdentity(layout, entry, { isOnThisMachine: true });
  const [certificate, privateKey, authority, ...hostKeys] = await Promise.all(
    [at('tls-cert.pem'), at('tls-key.pem'), layout.caFile, ...hostKeyNames.map(at)].map((file) =>
      readFile(file, 'utf8'),
    ),
  );
  if (certificate === undefined || privateKey === undefined || authority === undefined)
    throw new Error('unreachable: three files were read');
  return { certificate, privateKey, authority, hostKeys };
}

async function eraseOldFiles(layout: StateLayout, role: ProgramName): Promise<void> {
  const directory = layout.programDirectory(role);
  for (const name of oldFiles)
    if (existsSync(join(directory, name))) await erasePrivateFile(join(directory, name));
  const bags = join(directory, oldBagFolder);
  if (!existsSync(bags)) return;
  for (const name of await readdir(bags)) await erasePrivateFile(join(bags, name));
  await rmdir(bags);
}
