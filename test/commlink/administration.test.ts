// The administration listener: an operator's key opens it, and the operator knows which node answers before it speaks.
import { once } from 'node:events';
import { sign } from 'node:crypto';
import { connect, createServer } from 'node:net';
import { createServer as createTlsServer, type TLSSocket } from 'node:tls';
import { setTimeout as sleep } from 'node:timers/promises';
import t, { type Test } from 'tap';
import {
  connectAsOperator,
  type OperatorConnectOptions,
} from '#commlink/administration/operator-connection.ts';
import { listenForOperators, type OperatorListener } from '#commlink/administration/operator-listener.ts';
import {
  administrationAlpn,
  administrationProofBytes,
  deriveAdministrationPsk,
  formatAdministrationIdentity,
} from '#commlink/administration/operator-proof.ts';
import type { Operator } from '#commlink/configuration/blocks/manifest.ts';
import { linkTlsOptions } from '#commlink/link/link-tls.ts';
import { securePsk } from '#commlink/link/psk-client.ts';
import type { CallPeer, Handlers } from '#commlink/method-table.ts';
import { operatorMethods } from '#commlink/methods/operator-methods.ts';
import { createNodeKeys, type NodeKeys } from '#commlink/node-keys.ts';
import { createOperatorKeys, operatorOf } from '#commlink/operator/operator-keys.ts';
import { closedByPeer, listenOnFreePort, openProxy } from './hostile-dialler.ts';
import { eventually, recordingLog, type LogLine } from './two-nodes.ts';

const alice = createOperatorKeys('alice');
const mallory = createOperatorKeys('mallory');
const nodeKeys = createNodeKeys();
const trusted = (id: string): boolean => id === nodeKeys.id;
const version = { seq: 1, digest: 'd'.repeat(43) };

interface Node {
  readonly listener: OperatorListener;
  readonly operators: Operator[];
  readonly lines: LogLine[];
  /** Who has asked for the history. */
  readonly peers: CallPeer[];
  readonly refusals: () => (string | undefined)[];
}

function handlersFor(peers: CallPeer[]): Handlers<typeof operatorMethods> {
  const none = async (): Promise<never> => Promise.reject(new Error('not in this test'));
  return {
    'config.status': none,
    'config.block': none,
    'config.submit': async () => ({ accepted: true, version, signaturesMissing: 0 }),
    'config.sign': none,
    'config.history': async (_params, { peer }) => {
      peers.push(peer);
      return { versions: [] };
    },
  };
}

async function openNode(t: Test, { keys = nodeKeys, cluster = 'test' } = {}): Promise<Node> {
  const { log, lines } = recordingLog();
  const operators = [operatorOf(alice)];
  const peers: CallPeer[] = [];
  const listener = await listenForOperators({
    host: '127.0.0.1',
    port: 0,
    cluster,
    keys,
    operators: () => operators,
    offered: operatorMethods,
    handlers: handlersFor(peers),
    log,
  });
  t.teardown(() => listener.close());
  const refused = (line: LogLine): boolean => line.msg.startsWith('link refused');
  return { listener, operators, lines, peers, refusals: () => lines.filter(refused).map(({ code }) => code) };
}

const connectTo = (port: number, changes: Partial<OperatorConnectOptions> = {}) =>
  connectAsOperator({
    host: '127.0.0.1',
    port,
    cluster: 'test',
    operator: alice,
    isTrustedNode: trusted,
    log: recordingLog().log,
    ...changes,
  });

void t.test('an operator is served under its name, by a node that it knows', async (t) => {
  const { listener, peers, lines } = await openNode(t);
  const asked: string[] = [];
  const isTrustedNode = (id: string): boolean => asked.push(id) > 0 && trusted(id);
  const peer = await connectTo(listener.port, { isTrustedNode });
  t.same(asked, [nodeKeys.id]);
  t.equal(peer.peer.id, nodeKeys.id);
  t.same(await peer.call('config.history', {}), { versions: [] });
  t.same(peers, [{ role: 'operator', name: 'alice', id: alice.id }]);
  const submitted = await peer.call('config.submit', {
    manifest: { payload: 'a'.repeat(3_000_000), signatures: [] },
    sections: [],
  });
  t.match(submitted, { accepted: true });
  t.match(
    lines.find(({ msg }) => msg === 'operator connected'),
    { operator: 'alice' },
  );
  await listener.close();
  await peer.closed;
});

const refused: readonly [string, { code: string; logged: string }, Partial<OperatorConnectOptions>][] = [
  ["a stranger's key", { code: 'not_an_operator', logged: 'not_an_operator' }, { operator: mallory }],
  ["a node's key", { code: 'not_an_operator', logged: 'not_an_operator' }, { operator: nodeKeys }],
  [
    "an operator's name under another key",
    { code: 'not_an_operator', logged: 'unproven' },
    { operator: { id: alice.id, signing: mallory.signing } },
  ],
  ['another cluster', { code: 'handshake', logged: 'unknown_cluster' }, { cluster: 'other' }],
  ['a name that is no cluster', { code: 'handshake', logged: 'malformed_identity' }, { cluster: 'a|b' }],
];
for (const [what, { code, logged }, changes] of refused)
  void t.test(`the node refuses ${what}, logs it and counts it`, async (t) => {
    const { listener, refusals, peers } = await openNode(t);
    await t.rejects(connectTo(listener.port, changes), { code });
    await eventually(() => refusals().length > 0);
    t.same(refusals(), [logged]);
    t.same(listener.refused(), { [logged]: 1 });
    t.same(peers, []);
  });

void t.test('an operator that the installed version has no more is refused at its next call', async (t) => {
  const { listener, operators, peers } = await openNode(t);
  const peer = await connectTo(listener.port);
  await peer.call('config.history', {});
  operators.length = 0;
  await t.rejects(peer.call('config.history', {}), { code: 'forbidden' });
  await peer.closed;
  t.equal(peers.length, 1);
  await t.rejects(connectTo(listener.port), { code: 'not_an_operator' });
});

void t.test('the operator says nothing to a node that it does not know', async (t) => {
  const { listener, refusals } = await openNode(t, { keys: createNodeKeys() });
  let bytesUp = 0;
  const port = await openProxy(t, listener.port);
  await t.rejects(connectTo(port), { code: 'untrusted_node' });
  await eventually(() => refusals().length > 0);
  t.match(refusals(), ['peer_closed']);
  // The same dialogue by hand: what reaches a false node before it has proven itself is nothing at all.
  const silent = await openFalseNode(t, (socket) => {
    socket.on('data', (chunk: Buffer) => (bytesUp += chunk.length));
    socket.write(nodeLine(createNodeKeys(), Buffer.alloc(0)));
  });
  await t.rejects(connectTo(silent), { code: 'unproven' });
  t.equal(bytesUp, 0);
});

void t.test('a node of another cluster is refused, by its identity or by its key', async (t) => {
  const other = await openNode(t, { cluster: 'other', keys: createNodeKeys() });
  await t.rejects(connectTo(other.listener.port), { code: 'handshake' });
  await t.rejects(connectTo(other.listener.port, { cluster: 'other' }), { code: 'untrusted_node' });
});

const nodeLine = (keys: NodeKeys, bytes: Buffer): string =>
  `{"signingKey":"${keys.signing.raw}","proof":"${sign(null, bytes, keys.signing.privateKey).toString('base64url')}"}\r\n`;
const operatorLine = (id: string, bytes: Buffer, keys: NodeKeys = alice): string =>
  `{"operator":"${id}","proof":"${sign(null, bytes, keys.signing.privateKey).toString('base64url')}"}\r\n`;

/** A listener with the key that everybody knows, which then does what `act` says. */
async function openFalseNode(t: Test, act: (socket: TLSSocket) => void): Promise<number> {
  const server = createTlsServer({
    ...linkTlsOptions,
    ALPNProtocols: [administrationAlpn],
    pskCallback: (_socket, identity) => deriveAdministrationPsk(identity),
  });
  server.on('secureConnection', (socket) => {
    socket.on('error', () => socket.destroy());
    act(socket);
  });
  return listenOnFreePort(t, server);
}

/** A client with the key that everybody knows, after the handshake; `nodeLine` is what the node says of itself. */
async function dialAdministration(t: Test, port: number): Promise<{ socket: TLSSocket; nodeLine: string }> {
  const identity = formatAdministrationIdentity('test');
  const raw = connect(port, '127.0.0.1');
  t.teardown(() => raw.destroy());
  await once(raw, 'connect');
  const credentials = { identity, psk: deriveAdministrationPsk(identity), alpn: administrationAlpn };
  const socket = await securePsk(raw, credentials, AbortSignal.timeout(5000));
  const [first] = (await once(socket, 'data')) as [Buffer];
  return { socket, nodeLine: first.toString() };
}

const provenBy = (socket: TLSSocket, words: readonly string[]): Buffer =>
  administrationProofBytes(socket, 'test', words);
const { raw: nodeKey } = nodeKeys.signing;

const forgeries: readonly [string, string, (socket: TLSSocket) => string][] = [
  ['a proof of nothing', 'unproven', () => operatorLine(alice.id, Buffer.alloc(0))],
  [
    "the node's own part of the proof",
    'unproven',
    (socket) => operatorLine(alice.id, provenBy(socket, ['node', nodeKey])),
  ],
  [
    'a proof meant for another node',
    'unproven',
    (socket) =>
      operatorLine(alice.id, provenBy(socket, ['operator', createNodeKeys().signing.raw, alice.id])),
  ],
  [
    'a proof for another cluster',
    'unproven',
    (socket) =>
      operatorLine(alice.id, administrationProofBytes(socket, 'other', ['operator', nodeKey, alice.id])),
  ],
  [
    "a stranger's proof under an operator's id",
    'unproven',
    (socket) => operatorLine(alice.id, provenBy(socket, ['operator', nodeKey, alice.id]), mallory),
  ],
  [
    'a call in place of the proof',
    'not_our_protocol',
    () => '{"id":1,"method":"config.history","deadlineMs":9,"params":{}}\r\n',
  ],
  ['garbage', 'not_our_protocol', () => '\u0000\u0001\u0002\r\n'],
  ['an endless line', 'not_our_protocol', () => 'a'.repeat(10_000)],
];
for (const [what, code, forge] of forgeries)
  void t.test(`the node refuses ${what}`, async (t) => {
    const { listener, refusals, peers } = await openNode(t);
    const { socket } = await dialAdministration(t, listener.port);
    let answer = '';
    socket.on('data', (bytes: Buffer) => (answer += bytes.toString()));
    socket.write(forge(socket));
    await closedByPeer(socket);
    t.equal(answer, '');
    t.same(refusals(), [code]);
    t.same(peers, []);
  });

void t.test('the true proof by hand is taken; the same proof on another connection is not', async (t) => {
  const { listener, refusals } = await openNode(t);
  const first = await dialAdministration(t, listener.port);
  const line = operatorLine(alice.id, provenBy(first.socket, ['operator', nodeKey, alice.id]));
  first.socket.write(line);
  t.equal(String((await once(first.socket, 'data'))[0]), '{"accepted":true}\r\n');
  const second = await dialAdministration(t, listener.port);
  second.socket.write(line);
  await closedByPeer(second.socket);
  t.same(refusals(), ['unproven']);
});

void t.test(
  'a machine in between, with two connections, is noticed by the operator and by the node',
  async (t) => {
    const { listener, refusals, peers } = await openNode(t);
    const port = await openFalseNode(t, (socket) => {
      void dialAdministration(t, listener.port).then(({ socket: onward, nodeLine: heard }) => {
        socket.write(heard);
        socket.on('data', (bytes: Buffer) => onward.write(bytes));
      });
    });
    await t.rejects(connectTo(port), { code: 'unproven' }, "the node's proof is not of this connection");
    // An operator that did not look would be caught at the node.
    const careless = await openFalseNode(t, (socket) => socket.write('x\r\n'));
    const { socket: toFalse } = await dialAdministration(t, careless);
    const { socket: onward } = await dialAdministration(t, listener.port);
    onward.write(operatorLine(alice.id, provenBy(toFalse, ['operator', nodeKey, alice.id])));
    await closedByPeer(onward);
    t.ok(refusals().includes('unproven'));
    t.same(peers, []);
  },
);

void t.test(
  'the operator refuses what is no node: plain text, another protocol, silence, nobody',
  async (t) => {
    const plain = await listenOnFreePort(
      t,
      createServer((socket) => socket.end('220 ready\r\n')),
    );
    await t.rejects(connectTo(plain), { code: 'handshake' });
    const garbage = await openFalseNode(t, (socket) => socket.write('{"hello":1}\r\n'));
    await t.rejects(connectTo(garbage), { code: 'not_our_protocol' });
    const unsaid = await openFalseNode(t, (socket) => {
      socket.write(nodeLine(nodeKeys, provenBy(socket, ['node', nodeKey])));
      socket.once('data', () => socket.write('{"accepted":1}\r\n'));
    });
    await t.rejects(connectTo(unsaid), { code: 'not_our_protocol' });
    const silent = await openFalseNode(t, () => undefined);
    await t.rejects(connectTo(silent, { signal: AbortSignal.timeout(200) }), { code: 'timeout' });
    await t.rejects(connectTo(1), { code: 'unreachable' });
  },
);

void t.test('strangers who say nothing are bounded and do not keep an operator out', async (t) => {
  const { listener, refusals } = await openNode(t);
  const working = await connectTo(listener.port);
  const silent = Array.from({ length: 100 }, () => connect(listener.port, '127.0.0.1'));
  for (const socket of silent) socket.on('error', () => undefined);
  t.teardown(() => silent.forEach((socket) => socket.destroy()));
  await eventually(() => refusals().filter((code) => code === 'too_many_links').length === 36);
  t.same(listener.refused(), { too_many_links: 36 }, 'each is refused once');
  const plain = connect(listener.port, '127.0.0.2');
  plain.on('error', () => undefined);
  plain.write('GET / HTTP/1.0\r\n\r\n');
  await closedByPeer(plain);
  await working.call('config.history', {});
  await eventually(() => silent.every((socket) => socket.closed || socket.readableEnded), 9000);
  await (await connectTo(listener.port)).call('config.history', {});
  t.match(listener.refused(), { too_many_links: 36 });
});

void t.test('there are only so many connections of operators at once', async (t) => {
  const { listener } = await openNode(t);
  const peers = [];
  for (let count = 0; count < 32; count += 1) peers.push(await connectTo(listener.port));
  await t.rejects(connectTo(listener.port));
  t.same(listener.refused(), { too_many_links: 1 });
  peers[0]?.close();
  await peers[0]?.closed;
  // The node may notice a moment later.
  await sleep(100);
  await (await connectTo(listener.port)).call('config.history', {});
});

void t.test('a taken port is said plainly', async (t) => {
  const { listener } = await openNode(t);
  const options = {
    host: '127.0.0.1',
    port: listener.port,
    cluster: 'test',
    keys: nodeKeys,
    operators: () => [],
    offered: operatorMethods,
    handlers: handlersFor([]),
    log: recordingLog().log,
  };
  await t.rejects(listenForOperators(options), { code: 'PORT_TAKEN' });
});
