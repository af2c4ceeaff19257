// Writes the configuration files of the three programs for one machine: who they are, who links to whom (the
// web-front dials internal-db, the FTP node dials the web-front), ports, users. Called by first-start.ts at each start.
import { join } from 'node:path';
import { userInfo } from 'node:os';
import type { Member, NodeConfig } from '#commlink/node-config.ts';
import type { NodeKeys } from '#commlink/node-keys.ts';
import { writePrivateFile } from '#commlink/private-file.ts';
import { certificateFiles } from './certificates.ts';
import { listenHost, publicHost, type Ports } from './ports.ts';
import { hostKeyFiles } from './ssh-host-keys.ts';
import { programNames, type ProgramName, type StateLayout } from './state-directory.ts';

/** The cluster's name on one machine. */
export const clusterName = 'local';

const nodeNames = { 'internal-db': 'db1', 'web-front': 'web1', 'ftp-node': 'ftp1' } as const;
const connectionsPerLink = 2;
const linkAgeMaxMs = 600_000;
const deliveryLifetimeMs = 4 * 3_600_000;
const sessionLifetimeMs = 12 * 3_600_000;
const reconcileIntervalMs = 60_000;

/** Users that own nothing on the machine: what a taken-over server could become. Only root can become them. */
const unprivileged = { sessions: { uid: 64_321, gid: 64_321 }, webFront: { uid: 64_322, gid: 64_322 } };

/** What the configuration depends on beside the layout. */
export interface ConfigurationChoices {
  readonly ports: Ports;
  readonly keys: Readonly<Record<ProgramName, NodeKeys>>;
  readonly isRoot: boolean;
  readonly logLevel: string;
}

/** The configuration file that a program is started with. */
export function configFile(layout: StateLayout, program: ProgramName): string {
  return join(layout.programDirectory(program), 'config.json');
}

/** A program's private node key file. */
export function nodeKeyFile(layout: StateLayout, program: ProgramName): string {
  return join(layout.programDirectory(program), 'node.key');
}

/** A program's folder of key bags. */
export function bagDirectory(layout: StateLayout, program: ProgramName): string {
  return join(layout.programDirectory(program), 'bags');
}

/** Writes the three files, 0600. */
export async function writeConfigurations(layout: StateLayout, choices: ConfigurationChoices): Promise<void> {
  const contents: Record<ProgramName, object> = {
    'internal-db': configureInternalDb(layout, choices),
    'web-front': configureWebFront(layout, choices),
    'ftp-node': configureFtpNode(layout, choices),
  };
  for (const program of programNames) {
    await writePrivateFile(configFile(layout, program), `${JSON.stringify(contents[program], null, 2)}\n`);
  }
}

function memberOf(program: ProgramName, keys: NodeKeys): Member {
  return {
    name: nodeNames[program],
    role: program,
    id: keys.id,
    signingKey: keys.signing.raw,
    sealingKey: keys.sealing.raw,
  };
}

function configureNode(layout: StateLayout, choices: ConfigurationChoices, program: ProgramName): NodeConfig {
  const { ports, keys } = choices;
  const links = {
    'internal-db': { listenPort: ports.internalDbLink, dials: null },
    'web-front': {
      listenPort: ports.webFrontLink,
      dials: { peer: nodeNames['internal-db'], port: ports.internalDbLink },
    },
    'ftp-node': { listenPort: null, dials: { peer: nodeNames['web-front'], port: ports.webFrontLink } },
  } as const;
  const { listenPort, dials } = links[program];
  return {
    cluster: clusterName,
    name: nodeNames[program],
    keyFile: nodeKeyFile(layout, program),
    bagDirectory: bagDirectory(layout, program),
    members: programNames.map((name) => memberOf(name, keys[name])),
    listen: listenPort === null ? null : { host: listenHost, port: listenPort },
    dial: dials === null ? [] : [{ ...dials, host: listenHost, connections: connectionsPerLink }],
    linkAgeMaxMs,
  };
}

function configureInternalDb(layout: StateLayout, choices: ConfigurationChoices): object {
  return {
    node: configureNode(layout, choices, 'internal-db'),
    databaseFile: join(layout.programDirectory('internal-db'), 'consign.db'),
    adminSocket: layout.adminSocket,
    console: { host: listenHost, port: choices.ports.console, ...certificateFiles(layout, 'internal-db') },
    deliveryLifetimeMs,
    sessionLifetimeMs,
    logLevel: choices.logLevel,
  };
}

function configureWebFront(layout: StateLayout, choices: ConfigurationChoices): object {
  return {
    node: configureNode(layout, choices, 'web-front'),
    portal: {
      host: listenHost,
      port: choices.ports.portal,
      publicUrl: `https://${publicHost}:${choices.ports.portal}`,
      ...certificateFiles(layout, 'web-front'),
      caFile: layout.caFile,
    },
    dropTo: choices.isRoot ? unprivileged.webFront : null,
    logLevel: choices.logLevel,
  };
}

function configureFtpNode(layout: StateLayout, choices: ConfigurationChoices): object {
  const { ports, isRoot } = choices;
  const { uid, gid } = userInfo();
  return {
    node: configureNode(layout, choices, 'ftp-node'),
    storeroomDirectory: layout.storeroomDirectory,
    accountsDirectory: layout.accountsDirectory,
    ledgerFile: join(layout.programDirectory('ftp-node'), 'ledger.db'),
    ingestSocket: layout.ingestSocket,
    jail: isRoot ? 'required' : 'where-possible',
    sessionUser: isRoot ? unprivileged.sessions : { uid, gid },
    sessionServerCount: 1,
    listenHost,
    ...certificateFiles(layout, 'ftp-node'),
    hostKeyFiles: hostKeyFiles(layout),
    https: { port: ports.delivery, publicBase: `https://${publicHost}:${ports.delivery}` },
    ftp: { port: ports.ftp, publicHost, passivePorts: ports.passive },
    sftp: { port: ports.sftp, publicHost },
    reconcileIntervalMs,
    logLevel: choices.logLevel,
  };
}
