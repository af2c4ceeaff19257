// Two nodes of a cluster for tests of links: keys, members, bags, plans with free ports, and a log that tests can read.
// `web` listens and `ftp` dials, unless a test asks otherwise.
import { randomBytes } from 'node:crypto';
import { Writable } from 'node:stream';
import { pino } from 'pino';
import type { Test } from 'tap';
import { openCommlink, type Commlink, type CommlinkOptions } from '#commlink/commlink.ts';
import type { KeyBag, KeyGeneration } from '#commlink/key-bag.ts';
import type { LinkContext } from '#commlink/link/link-context.ts';
import { BagStore } from '#commlink/link/bag-store.ts';
import type { Logger } from '#commlink/log.ts';
import { method, type Handlers, type MethodTable } from '#commlink/method-table.ts';
import type { LinkPlan, Member, NodeRole } from '#commlink/node-config.ts';
import { createNodeKeys, type NodeKeys } from '#commlink/node-keys.ts';
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
  /** Part of admitting a client's request. */
  'session.open': method({
    callers: ['web-front', 'ftp-node', 'internal-db', 'operator'],
    mutates: true,
    admits: true,
    deadlineMs: 5000,
    params: strictObject({}),
    result: strictObject({ servedBy: Type.String() }),
  }),
} as const satisfies MethodTable;

/** A node as a test holds it, not yet open. */
export interface TestNode {
  readonly member: Member;
  readonly keys: NodeKeys;
  readonly lines: LogLine[];
  readonly log: Logger;
}

/** The pair, and how to open each. */
export interface TwoNodes {
  readonly web: TestNode;
  readonly ftp: TestNode;
  /** The bag for links that ftp dials. */
  readonly bag: KeyBag;
  /** A node's plan: both members, both bags (copies of its own), no listener, nothing dialled. */
  planOf(node: TestNode, changes: Partial<LinkPlan>): LinkPlan;
  open(node: TestNode, changes: Partial<LinkPlan>, options?: OpenOptions): Promise<Commlink>;
  /** `web` listening on a free port. */
  listen(changes?: Partial<LinkPlan>, options?: OpenOptions): Promise<Commlink>;
  /** `ftp` dialling `port`. */
  dial(port: number, changes?: Partial<LinkPlan>, options?: OpenOptions): Promise<Commlink>;
}

/** What else a test may want of a commlink. */
export type OpenOptions = Partial<
  Pick<CommlinkOptions<typeof testMethods>, 'gate' | 'handlers' | 'invitations' | 'keys'>
>;

/** A generation of `size` random keys. */
export function makeGeneration(generation: number, size = 127): KeyGeneration {
  return { generation, keys: Array.from({ length: size }, () => randomBytes(32)) };
}

/** The bag with buffers of its own, as if it had been opened again: each commlink zeroes its own. */
export function copyBag(bag: KeyBag): KeyBag {
  const generations = bag.generations.map(({ generation, keys }) => ({
    generation,
    keys: keys.map((key) => Buffer.from(key)),
  }));
  return { ...bag, generations };
}

/** A new test node. */
export function makeNode(name: string, role: NodeRole): TestNode {
  const keys = createNodeKeys();
  const member = { name, role, id: keys.id, signingKey: keys.signing.raw, sealingKey: keys.sealing.raw };
  return { member, keys, ...recordingLog() };
}

/** The context of one node of a pair, for what is tested below openCommlink. */
export function contextOf(nodes: Pick<TwoNodes, 'web' | 'ftp' | 'bag'>, node: TestNode): LinkContext {
  const membersById = new Map([nodes.web.member, nodes.ftp.member].map((member) => [member.id, member]));
  const { member: self, keys, log } = node;
  const bags = new BagStore([copyBag(nodes.bag)]);
  return { cluster: 'test', self, keys, membersById, behindNat: new Set(), bags, log };
}

/** What a test node answers. */
export function handlersOf(node: TestNode): Handlers<typeof testMethods> {
  const servedBy = node.member.name;
  return {
    echo: async ({ text, waitMs = 0 }) => {
      if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
      return { text, servedBy };
    },
    'internal-db.only': async () => ({}),
    'session.open': async () => ({ servedBy }),
  };
}

/** Makes two nodes with bags in both directions; what is opened is closed when the test ends. */
export function twoNodes(t: Pick<Test, 'teardown'>, options: { size?: number } = {}): TwoNodes {
  const web = makeNode('web1', 'web-front');
  const ftp = makeNode('ftp1', 'ftp-node');
  const bagOf = (from: TestNode, to: TestNode): KeyBag => ({
    cluster: 'test',
    from: from.member.id,
    to: to.member.id,
    sendGeneration: 1,
    generations: [makeGeneration(1, options.size)],
  });
  const bag = bagOf(ftp, web);
  const backBag = bagOf(web, ftp);
  const planOf = (node: TestNode, changes: Partial<LinkPlan>): LinkPlan => ({
    cluster: 'test',
    name: node.member.name,
    members: [web.member, ftp.member],
    bags: [copyBag(bag), copyBag(backBag)],
    listen: null,
    dial: [],
    behindNat: [],
    linkAgeMaxMs: 600_000,
    ...changes,
  });
  const open: TwoNodes['open'] = async (node, changes, more = {}) => {
    const { keys, log } = node;
    const handlers = handlersOf(node);
    const plan = planOf(node, changes);
    const commlink = await openCommlink({ keys, plan, offered: testMethods, handlers, log, ...more });
    t.teardown(() => commlink.close());
    return commlink;
  };
  return {
    web,
    ftp,
    bag,
    planOf,
    open,
    listen: (changes = {}, more = {}) =>
      open(web, { listen: { host: '127.0.0.1', port: 0 }, ...changes }, more),
    dial: (port, changes = {}, more = {}) =>
      open(ftp, { dial: [{ peer: 'web1', host: '127.0.0.1', port, connections: 1 }], ...changes }, more),
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
