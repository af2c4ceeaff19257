// A cluster's first version made for tests: operators, members with their settings, and for each member the key file and
// the configuration directory that its program is started with. Nothing is started here.
// Callers: tests of the configuration protocol with real nodes, of the rooms, and the benchmark.
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { writeGenesis } from '#commlink/configuration/cluster-node.ts';
import type { NodeBootstrap } from '#commlink/configuration/node-bootstrap.ts';
import type { Logger } from '#commlink/log.ts';
import { operatorMethods } from '#commlink/methods/operator-methods.ts';
import type { NodeRole } from '#commlink/node-config.ts';
import { writeNodeKeys } from '#commlink/node-key-file.ts';
import { createNodeKeys, type NodeKeys } from '#commlink/node-keys.ts';
import { composeGenesis } from '#commlink/operator/compose-genesis.ts';
import { signDraft, type SignedDraft } from '#commlink/operator/draft.ts';
import { createOperatorKeys, operatorOf, type OperatorKeys } from '#commlink/operator/operator-keys.ts';
import type { OperatorClient } from '#commlink/operator/read-installed.ts';
import {
  defaultClusterPolicy,
  type ClusterPolicy,
  type NodeEntry,
  type NodeIdentity,
} from '#commlink/settings/cluster-configuration.ts';
import { completeSettings } from '#commlink/settings/complete-settings.ts';
import { connectUnix } from '#commlink/unix-socket.ts';

/** The name of every such cluster. */
export const clusterName = 'test';

/** A member of the first version. The identity is a text that nobody parses, unless the test gives one. */
export interface ConfiguredMember {
  readonly entry: NodeEntry;
  readonly identity?: NodeIdentity;
}

/** What to make. The anchor is the first internal-db. */
export interface ConfiguredClusterRequest {
  /** A folder of the test's own, with a short path: there will be Unix sockets in it. */
  readonly directory: string;
  /** By name. */
  readonly members: Readonly<Record<string, ConfiguredMember>>;
  readonly operatorCount?: number;
  readonly threshold?: number;
  readonly policy?: Partial<ClusterPolicy>;
}

/** The cluster, made and not started. */
export interface ConfiguredCluster {
  /** Called `operator1`, `operator2`, … */
  readonly operators: readonly OperatorKeys[];
  /** The first of them. */
  readonly operator: OperatorKeys;
  readonly genesis: SignedDraft;
  readonly names: readonly string[];
  role(name: string): NodeRole;
  keys(name: string): NodeKeys;
  /** What the member's program is given. */
  bootstrap(name: string): NodeBootstrap;
  /** Connects to a running member's operator socket. */
  connect(name: string, log: Logger): Promise<OperatorClient>;
}

/** Makes keys, the first version, and every member's files under `directory/<name>/`. */
export async function configureCluster(request: ConfiguredClusterRequest): Promise<ConfiguredCluster> {
  const { directory, members, operatorCount = 1, threshold = 1 } = request;
  const names = Object.keys(members);
  const operators = Array.from({ length: operatorCount }, (_, index) =>
    createOperatorKeys(`operator${index + 1}`),
  );
  const operator = found(operators[0], 'an operator');
  const keysByName = new Map(names.map((name) => [name, createNodeKeys()]));
  const keys = (name: string): NodeKeys => found(keysByName.get(name), name);
  const role = (name: string): NodeRole => found(members[name], name).entry.role;
  const draft = await composeGenesis({
    cluster: clusterName,
    operators: operators.map(operatorOf),
    threshold,
    anchorName: found(
      names.find((name) => role(name) === 'internal-db'),
      'an internal-db',
    ),
    nodes: names.map((name) => {
      const { entry, identity = untrueIdentity(name) } = found(members[name], name);
      const { signing, sealing } = keys(name);
      return { name, keys: { signingKey: signing.raw, sealingKey: sealing.raw }, entry, identity };
    }),
    policy: { ...defaultClusterPolicy, ...request.policy },
    publishedBy: 'operator1',
    nowMs: Date.now(),
  });
  const genesis = operators.slice(1, threshold).reduce(
    (signed, operator) => {
      const [signature] = signDraft(draft, operator).manifest.signatures;
      const signatures = [...signed.manifest.signatures, found(signature, 'a signature')];
      return { ...signed, manifest: { ...signed.manifest, signatures } };
    },
    signDraft(draft, operator),
  );
  const bootstrap = (name: string): NodeBootstrap => bootstrapIn(directory, name);
  for (const name of names) {
    await mkdir(join(directory, name), { recursive: true, mode: 0o700 });
    await writeNodeKeys(bootstrap(name).keyFile, keys(name));
    await writeGenesis(bootstrap(name), genesis);
  }
  return {
    operators,
    operator,
    genesis,
    names,
    role,
    keys,
    bootstrap,
    connect: (name, log) =>
      connectUnix({
        path: bootstrap(name).operatorSocket,
        peer: { role: 'operator', name, id: name },
        called: operatorMethods,
        log,
      }),
  };
}

/** The files of a node called `name` under `directory`; also for one that is still to join. */
export function bootstrapIn(directory: string, name: string): NodeBootstrap {
  return {
    cluster: clusterName,
    name,
    keyFile: join(directory, name, 'node.key'),
    configurationDirectory: join(directory, name, 'configuration'),
    operatorSocket: join(directory, name, 'operator.sock'),
  };
}

/** Where a member of a test listens for links, whom it dials, and where its room's own ports begin. */
export interface EntryPorts {
  /** Of the cluster listener; null for none. */
  readonly listen: number | null;
  /** By name, the ports to dial. */
  readonly dial?: Readonly<Record<string, number>>;
  readonly administration?: number | null;
  /** Up to three ports for what the room serves. */
  readonly room: number;
}

/** Settings of a member on the loopback address. */
export function entryOf(role: NodeRole, ports: EntryPorts): NodeEntry {
  const host = '127.0.0.1';
  const { listen, dial = {}, administration = null, room } = ports;
  const shared = {
    links: {
      listen: listen === null ? null : { host, port: listen },
      dial: Object.entries(dial).map(([peer, port]) => ({ peer, host, port, connections: 1 })),
      linkAgeMaxMs: 600_000,
    },
    administration: administration === null ? null : { host, port: administration },
    logLevel: 'info' as const,
  };
  if (role === 'internal-db')
    return {
      role,
      settings: completeSettings(role, {
        ...shared,
        console: { host, port: room },
        deliveryLifetimeMs: 3_600_000,
        sessionLifetimeMs: 3_600_000,
      }),
    };
  if (role === 'web-front') {
    const portal = { host, port: room, publicUrl: `https://localhost:${room}` };
    return {
      role,
      settings: completeSettings(role, { ...shared, portal, limits: {}, features: { api: true } }),
    };
  }
  return {
    role,
    settings: completeSettings(role, {
      ...shared,
      listenHost: host,
      https: { enabled: true, port: room, publicBase: `https://localhost:${room}` },
      ftp: {
        enabled: true,
        port: room + 1,
        publicHost: 'localhost',
        requireTls: true,
        passivePorts: { from: room + 3, to: room + 4 },
      },
      sftp: { enabled: true, port: room + 2, publicHost: 'localhost' },
      jail: 'where-possible',
      sessionServerCount: 1,
      reconcileIntervalMs: 60_000,
      limits: {},
    }),
  };
}

function untrueIdentity(name: string): NodeIdentity {
  return {
    certificate: `certificate of ${name}`,
    privateKey: `private key of ${name}`,
    authority: null,
    hostKeys: [],
  };
}

function found<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new Error(`There is no ${what} in this cluster.`);
  return value;
}
