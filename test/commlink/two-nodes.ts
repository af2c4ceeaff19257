// Two nodes of a cluster for tests of links: keys, members, bags on disk, configurations with free ports, and a log that
// tests can read. `web` listens and `ftp` dials, unless a test asks otherwise.
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Writable } from 'node:stream';
import { pino } from 'pino';
import type { Test } from 'tap';
import { openCommlink, type Commlink } from '#commlink/commlink.ts';
import { createKeyBag, writeKeyBag, type KeyBag } from '#commlink/key-bag.ts';
import type { Logger } from '#commlink/log.ts';
import { method, type Handlers, type MethodTable } from '#commlink/method-table.ts';
import type { Member, NodeConfig, NodeRole } from '#commlink/node-config.ts';
import { createNodeKeys, writeNodeKeys, type NodeKeys } from '#commlink/node-keys.ts';
import { Type, strictObject } from '#commlink/schema.ts';

/** One line of the test's log. */
export interface LogLine {
  readonly level: number;
  readonly msg: string;
  readonly code?: string;
  readonly [field: string]: unknown;
}

/** A log in memory. */
export function recordingLog(): { log: Logger; lines: LogLine[] } {
  const lines: LogLine[] = [];
  const sink = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      for (const text of chunk.toString().split('\n').filter(Boolean))
        lines.push(JSON.parse(text) as LogLine);
      done();
    },
  });
  return { log: pino({ level: 'debug' }, sink), lines };
}

/** What both test nodes offer, to every role. */
export const testMethods = {
  echo: method({
    callers: ['web-front', 'ftp-node', 'internal-db', 'operator'],
    mutates: false,
    deadlineMs: 5000,
    params: strictObject({
      text: Type.String({ maxLength: 4_000_000 }),
      waitMs: Type.Optional(Type.Integer()),
    }),
    result: strictObject({ text: Type.String(), servedBy: Type.String() }),
  }),
  'internal-db.only': method({
    callers: ['internal-db'],
    mutates: true,
    deadlineMs: 5000,
    params: strictObject({}),
    result: strictObject({}),
  }),
} as const satisfies MethodTable;

/** A node as a test holds it, not yet open. */
export interface TestNode {
  readonly member: Member;
  readonly keys: NodeKeys;
  readonly directory: string;
  readonly lines: LogLine[];
  readonly log: Logger;
}

/** The pair, and how to open each. */
export interface TwoNodes {
  readonly web: TestNode;
  readonly ftp: TestNode;
  /** The bag for links that ftp dials. */
  readonly bag: KeyBag;
  configOf(node: TestNode, changes: Partial<NodeConfig>): NodeConfig;
  open(node: TestNode, changes: Partial<NodeConfig>): Promise<Commlink>;
  /** `web` listening on a free port. */
  listen(changes?: Partial<NodeConfig>): Promise<Commlink>;
  /** `ftp` dialling `port`. */
  dial(port: number, changes?: Partial<NodeConfig>): Promise<Commlink>;
}

async function makeNode(state: string, name: string, role: NodeRole): Promise<TestNode> {
  const keys = createNodeKeys();
  const directory = path.join(state, name);
  await mkdir(path.join(directory, 'bags'), { recursive: true, mode: 0o700 });
  await writeNodeKeys(path.join(directory, 'node.key'), keys);
  const member = { name, role, id: keys.id, signingKey: keys.signing.raw, sealingKey: keys.sealing.raw };
  return { member, keys, directory, ...recordingLog() };
}

function handlersOf(node: TestNode): Handlers<typeof testMethods> {
  return {
    echo: async ({ text, waitMs = 0 }) => {
      if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
      return { text, servedBy: node.member.name };
    },
    'internal-db.only': async () => ({}),
  };
}

/** Makes two nodes with bags in both directions under a folder of their own; everything goes when the test ends. */
export async function twoNodes(
  t: Pick<Test, 'teardown'>,
  options: { size?: number } = {},
): Promise<TwoNodes> {
  const state = await mkdtemp(path.join(tmpdir(), 'consign-commlink-'));
  t.teardown(() => rm(state, { recursive: true, force: true }));
  const web = await makeNode(state, 'web1', 'web-front');
  const ftp = await makeNode(state, 'ftp1', 'ftp-node');
  const request = { cluster: 'test', size: options.size ?? 127 };
  const bag = createKeyBag({ ...request, from: ftp.member.id, to: web.member.id });
  const backBag = createKeyBag({ ...request, from: web.member.id, to: ftp.member.id });
  for (const { directory } of [web, ftp])
    for (const each of [bag, backBag]) await writeKeyBag(path.join(directory, 'bags'), each);
  const configOf = (node: TestNode, changes: Partial<NodeConfig>): NodeConfig => ({
    cluster: 'test',
    name: node.member.name,
    keyFile: path.join(node.directory, 'node.key'),
    bagDirectory: path.join(node.directory, 'bags'),
    members: [web.member, ftp.member],
    listen: null,
    dial: [],
    linkAgeMaxMs: 600_000,
    ...changes,
  });
  const open = async (node: TestNode, changes: Partial<NodeConfig>): Promise<Commlink> => {
    const config = configOf(node, changes);
    const { log } = node;
    const commlink = await openCommlink({ config, offered: testMethods, handlers: handlersOf(node), log });
    t.teardown(() => commlink.close());
    return commlink;
  };
  return {
    web,
    ftp,
    bag,
    configOf,
    open,
    listen: (changes = {}) => open(web, { listen: { host: '127.0.0.1', port: 0 }, ...changes }),
    dial: (port, changes = {}) =>
      open(ftp, { dial: [{ peer: 'web1', host: '127.0.0.1', port, connections: 1 }], ...changes }),
  };
}

/** Waits until `probe` is true, looking often; fails after `withinMs`. */
export async function eventually(probe: () => boolean, withinMs = 8000): Promise<void> {
  const untilMs = performance.now() + withinMs;
  while (!probe()) {
    if (performance.now() > untilMs)
      throw new Error(`It did not come about in ${withinMs} ms: ${probe.toString()}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
