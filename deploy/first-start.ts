// Makes what an installation needs before its programs can start: folders, node keys, key bags, certificates, host
// keys, and configurations. Every step makes only what is missing, so a start that was cut short goes on at the next.
import { existsSync } from 'node:fs';
import { chmod, mkdir } from 'node:fs/promises';
import { createKeyBag, readKeyBags, writeKeyBag } from '#commlink/key-bag.ts';
import { createNodeKeys, readNodeKeys, writeNodeKeys, type NodeKeys } from '#commlink/node-keys.ts';
import { ensureCertificates } from './certificates.ts';
import { bagDirectory, clusterName, nodeKeyFile, writeConfigurations } from './configuration.ts';
import type { Ports } from './ports.ts';
import { ensureHostKeys } from './ssh-host-keys.ts';
import { programNames, type ProgramName, type StateLayout } from './state-directory.ts';

/** Who links to whom: the first dials, the second listens. */
const links: readonly (readonly [from: ProgramName, to: ProgramName])[] = [
  ['web-front', 'internal-db'],
  ['ftp-node', 'web-front'],
];

/** What the caller decided for this start. */
export interface StartChoices {
  readonly ports: Ports;
  readonly isRoot: boolean;
  readonly logLevel: string;
}

/** Prepares the state for a start. Returns the certificates that were made, for the log. */
export async function prepareState(layout: StateLayout, choices: StartChoices): Promise<string[]> {
  await makeFolders(layout);
  const [keys, certificates] = await Promise.all([
    ensureNodeKeys(layout),
    ensureCertificates(layout),
    ensureHostKeys(layout),
  ]);
  await ensureBags(layout, keys);
  await writeConfigurations(layout, { ...choices, keys });
  return certificates;
}

async function makeFolders(layout: StateLayout): Promise<void> {
  const bags = programNames.map((program) => bagDirectory(layout, program));
  const privateFolders = [layout.logDirectory, ...bags, layout.storeroomDirectory];
  for (const folder of privateFolders) await mkdir(folder, { recursive: true, mode: 0o700 });
  // The jail's root: the session servers' user walks through it. What is around it stays 0700.
  await mkdir(layout.accountsDirectory, { recursive: true });
  await chmod(layout.accountsDirectory, 0o755);
}

async function ensureNodeKeys(layout: StateLayout): Promise<Record<ProgramName, NodeKeys>> {
  const ensure = async (program: ProgramName): Promise<NodeKeys> => {
    const file = nodeKeyFile(layout, program);
    if (existsSync(file)) return readNodeKeys(file);
    const keys = createNodeKeys();
    await writeNodeKeys(file, keys);
    return keys;
  };
  const [internalDb, webFront, ftpNode] = await Promise.all(programNames.map(ensure));
  if (!internalDb || !webFront || !ftpNode) throw new Error('unreachable: there are three programs');
  return { 'internal-db': internalDb, 'web-front': webFront, 'ftp-node': ftpNode };
}

/** A bag is the same file at both ends. One that is there at one end only is given to the other. */
async function ensureBags(layout: StateLayout, keys: Record<ProgramName, NodeKeys>): Promise<void> {
  for (const [dialler, listener] of links) {
    const pair = { from: keys[dialler].id, to: keys[listener].id };
    const folders = [bagDirectory(layout, dialler), bagDirectory(layout, listener)];
    const found = await Promise.all(
      folders.map(async (folder) =>
        (await readKeyBags(folder)).find((bag) => bag.from === pair.from && bag.to === pair.to),
      ),
    );
    const bag = found[0] ?? found[1] ?? createKeyBag({ cluster: clusterName, ...pair });
    for (const [index, folder] of folders.entries()) {
      if (found[index] === undefined) await writeKeyBag(folder, bag);
    }
  }
}
