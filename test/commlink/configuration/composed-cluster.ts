// A cluster on paper for tests of blocks: operators, nodes and their keys, settings without clashes, and a chain of
// versions in which each edit follows the one before. Nothing is started.
import { assembleSections } from '#commlink/configuration/blocks/section-list.ts';
import type { SealedSection, SignedManifest } from '#commlink/configuration/blocks/manifest.ts';
import { decodeManifest, signManifest } from '#commlink/configuration/blocks/signed-manifest.ts';
import { assertGenesis, assertSuccessor } from '#commlink/configuration/blocks/successor.ts';
import type { JoinRequest } from '#commlink/configuration/protocol/version-message.ts';
import { createNodeKeys, type NodeKeys } from '#commlink/node-keys.ts';
import { composeGenesis } from '#commlink/operator/compose-genesis.ts';
import { signDraft, type Draft, type Edition, type InstalledVersion } from '#commlink/operator/draft.ts';
import { openConfiguration } from '#commlink/operator/open-configuration.ts';
import { createOperatorKeys, operatorOf, type OperatorKeys } from '#commlink/operator/operator-keys.ts';
import {
  defaultClusterPolicy,
  type NodeEntry,
  type NodeIdentity,
} from '#commlink/settings/cluster-configuration.ts';
import { completeSettings } from '#commlink/settings/complete-settings.ts';

/** The time at which everything is published. */
export const nowMs = 1_800_000_000_000;
/** The cluster's name. */
export const cluster = 'test';

/** A version with its whole block, as a node holds it. */
export interface HeldBlock extends InstalledVersion {
  readonly signed: SignedManifest;
  readonly sections: readonly SealedSection[];
}

/** A cluster of db1, web1 and ftp1: web1 dials db1, ftp1 dials web1. */
export interface PaperCluster {
  readonly operators: readonly OperatorKeys[];
  readonly keys: ReadonlyMap<string, NodeKeys>;
  readonly genesis: HeldBlock;
}

/** Makes the cluster; `threshold` of `operators` must sign. */
export async function makeCluster({ operators: count = 1, threshold = 1 } = {}): Promise<PaperCluster> {
  const operators = Array.from({ length: count }, (_, index) => createOperatorKeys(`operator${index + 1}`));
  const keys = new Map(Object.keys(entries).map((name) => [name, createNodeKeys()]));
  const draft = await composeGenesis({
    cluster,
    operators: operators.map(operatorOf),
    threshold,
    anchorName: 'db1',
    nodes: Object.entries(entries).map(([name, entry]) => ({
      name,
      keys: publicKeysOf(keysOf(keys, name)),
      entry,
      identity: identityOf(name),
    })),
    policy: defaultClusterPolicy,
    publishedBy: 'operator1',
    nowMs,
  });
  const signed = signAll(draft, operators.slice(0, threshold));
  assertGenesis(signed);
  return { operators, keys, genesis: await hold(signed, draft.sections, operators[0]) };
}

/** What the next version is composed on. */
export function editionOf(installed: InstalledVersion, changes: Partial<Edition> = {}): Edition {
  const { seq } = installed.version;
  return { installed, highestSeq: seq, reason: 'A test.', publishedBy: 'operator1', nowMs, ...changes };
}

/** Signs a draft, checks it as a node does, and holds its block. */
export async function follow(
  parent: HeldBlock,
  draft: Draft,
  operators: readonly OperatorKeys[],
): Promise<HeldBlock> {
  const signed = signAll(draft, operators);
  assertSuccessor(parent, signed);
  return hold(signed, [...draft.sections, ...parent.sections], operators[0]);
}

/** A draft with the signatures of all these. */
export function signAll(draft: Draft, operators: readonly OperatorKeys[]): SignedManifest {
  const [first, ...others] = operators;
  if (!first) throw new Error('Nobody signs.');
  const { manifest } = signDraft(draft, first);
  const signatures = others.map((operator) => signManifest(manifest.payload, operator));
  return { ...manifest, signatures: [...manifest.signatures, ...signatures] };
}

/** Any body, signed without a check: what a hostile or faulty tool could make. */
export function forge(body: unknown, operators: readonly OperatorKeys[]): SignedManifest {
  const payload = Buffer.from(JSON.stringify(body)).toString('base64url');
  return { payload, signatures: operators.map((operator) => signManifest(payload, operator)) };
}

/** The request of a machine with these keys. */
export function joinRequest(
  keys: NodeKeys,
  request: Pick<JoinRequest, 'ticket' | 'name' | 'role'>,
): JoinRequest {
  return { ...request, ...publicKeysOf(keys) };
}

/** A certificate and key that nobody parses here. */
export function identityOf(name: string): NodeIdentity {
  return {
    certificate: `certificate of ${name}`,
    privateKey: `key of ${name}`,
    authority: null,
    hostKeys: [],
  };
}

/** The keys of a node. */
export function keysOf(keys: ReadonlyMap<string, NodeKeys>, name: string): NodeKeys {
  const found = keys.get(name);
  if (!found) throw new Error(`There are no keys of ${name}.`);
  return found;
}

/** The node id of a member by its name. */
export function idOf({ manifest }: InstalledVersion, name: string): string {
  const found = manifest.members.find((member) => member.name === name);
  if (!found) throw new Error(`There is no ${name}.`);
  return found.id;
}

const links = { linkAgeMaxMs: 600_000 };

/** A web-front on its own machine, dialling db1. */
export function webFrontEntry(host: string): NodeEntry {
  return {
    role: 'web-front',
    settings: completeSettings('web-front', {
      links: {
        ...links,
        listen: { host, port: 7001 },
        dial: [{ peer: 'db1', host: '10.0.0.1', port: 7001, connections: 2 }],
      },
      administration: null,
      logLevel: 'info',
      portal: { host, port: 443, publicUrl: 'https://downloads.example.com' },
      limits: {},
      features: { api: true },
    }),
  };
}

/** An FTP node on its own machine, dialling web1. */
export function ftpNodeEntry(host: string): NodeEntry {
  return {
    role: 'ftp-node',
    settings: completeSettings('ftp-node', {
      links: {
        ...links,
        listen: null,
        dial: [{ peer: 'web1', host: '10.0.0.2', port: 7001, connections: 2 }],
      },
      administration: { host, port: 7002 },
      logLevel: 'info',
      listenHost: host,
      https: { enabled: true, port: 8443, publicBase: 'https://files.example.com' },
      ftp: {
        enabled: true,
        port: 21,
        publicHost: 'files.example.com',
        passivePorts: { from: 50_000, to: 50_099 },
        requireTls: true,
      },
      sftp: { enabled: true, port: 22, publicHost: 'files.example.com' },
      jail: 'required',
      sessionServerCount: 1,
      reconcileIntervalMs: 60_000,
      limits: {},
    }),
  };
}

/** An internal-db that listens. */
export function internalDbEntry(host: string): NodeEntry {
  return {
    role: 'internal-db',
    settings: completeSettings('internal-db', {
      links: { ...links, listen: { host, port: 7001 }, dial: [] },
      administration: { host, port: 7002 },
      logLevel: 'info',
      console: { host, port: 8080 },
      deliveryLifetimeMs: 14_400_000,
      sessionLifetimeMs: 43_200_000,
    }),
  };
}

const entries: Readonly<Record<string, NodeEntry>> = {
  db1: internalDbEntry('10.0.0.1'),
  web1: webFrontEntry('10.0.0.2'),
  ftp1: ftpNodeEntry('10.0.0.3'),
};

/** The raw public keys. */
export function publicKeysOf({ signing, sealing }: NodeKeys): { signingKey: string; sealingKey: string } {
  return { signingKey: signing.raw, sealingKey: sealing.raw };
}

async function hold(
  signed: SignedManifest,
  atHand: readonly SealedSection[],
  operator: OperatorKeys | undefined,
): Promise<HeldBlock> {
  if (!operator) throw new Error('Nobody can open the configuration.');
  const { manifest, version } = decodeManifest(signed);
  const { sections, missing } = assembleSections(manifest, atHand);
  if (missing.length > 0) throw new Error(`The block lacks ${missing[0]?.id}.`);
  const configuration = await openConfiguration({ manifest, sections, keys: operator });
  return { signed, manifest, version, sections, configuration };
}
