// Every refusal of the link, over real sockets: what a stranger, a thief or a machine in between gets.
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { sign } from 'node:crypto';
import { connect } from 'node:net';
import { createServer as createTlsServer, type TLSSocket } from 'node:tls';
import { promisify } from 'node:util';
import t, { type Test } from 'tap';
import { judgeIdentity, type Admission } from '#commlink/link/link-admission.ts';
import { LinkError } from '#commlink/link/link-error.ts';
import { dialLink } from '#commlink/link/link-dialler.ts';
import { proveAccepted } from '#commlink/link/link-listener.ts';
import { linkTlsOptions } from '#commlink/link/link-tls.ts';
import { provenBytes, type ProofRole } from '#commlink/link/node-proof.ts';
import { createNodeKeys } from '#commlink/node-keys.ts';
import {
  closedByPeer,
  dialByHand,
  listenOnFreePort,
  openProxy,
  type HostileClaim,
  type HostileLink,
} from './hostile-dialler.ts';
import {
  contextOf,
  eventually,
  makeGeneration,
  testMethods,
  twoNodes,
  type TestNode,
  type TwoNodes,
} from './two-nodes.ts';

const run = promisify(execFile);
const ephemeral = { from: 32_768, to: 60_999 };

const refusalsIn = (node: TestNode): (string | undefined)[] =>
  node.lines.filter((line) => line.msg.startsWith('link refused')).map((line) => line.code);

async function assertRefused(
  t: Test,
  nodes: TwoNodes,
  attempt: { claim: HostileClaim; code: string },
): Promise<void> {
  const web = await nodes.listen();
  const dialled = dialByHand(t, web.port ?? 0, { bag: nodes.bag, claim: attempt.claim });
  await t.rejects(
    dialled.then(({ socket }) => closedByPeer(socket).then(() => Promise.reject(new Error('closed')))),
    'the listener closes',
  );
  await eventually(() => refusalsIn(nodes.web).length > 0);
  t.same(refusalsIn(nodes.web), [attempt.code]);
  t.same(web.linked(), []);
}

const stranger = createNodeKeys().id;
const claims: readonly [string, string, (nodes: TwoNodes) => HostileClaim][] = [
  ['a wrong bag', 'wrong_key', () => ({ key: Buffer.alloc(32, 7) })],
  ['an unknown cluster', 'unknown_cluster', () => ({ cluster: 'other' })],
  ['an unknown generation', 'unknown_generation', () => ({ generation: 2 })],
  ['an unknown node', 'unknown_node', () => ({ from: stranger })],
  ['a link for another node', 'wrong_receiver', ({ ftp }) => ({ from: stranger, to: ftp.member.id })],
  ['a reflection: its own name at both ends', 'reflected', ({ web }) => ({ from: web.member.id })],
  ['an identity of another version', 'malformed_identity', () => ({ identityText: '2|test|1|0|a|b' })],
  ['an identity that is garbage', 'malformed_identity', () => ({ identityText: 'root' })],
  ['no pre-shared key at all', 'handshake', () => ({ withoutPsk: true })],
  [
    'TLS 1.2',
    'handshake',
    () => ({ tls: { minVersion: 'TLSv1.2', maxVersion: 'TLSv1.2', ciphers: 'PSK-AES128-GCM-SHA256' } }),
  ],
  ['another ALPN', 'handshake', () => ({ tls: { ALPNProtocols: ['h2'] } })],
  ['no ALPN', 'not_our_protocol', () => ({ tls: { ALPNProtocols: [] } })],
];
for (const [what, code, claimOf] of claims)
  void t.test(`the listener refuses ${what}`, async (t) => {
    const nodes = twoNodes(t);
    await assertRefused(t, nodes, { code, claim: claimOf(nodes) });
  });

void t.test('the listener refuses a wrong index, and a node that is known but has no bag', async (t) => {
  const nodes = twoNodes(t);
  const { web, ftp } = nodes;
  const context = contextOf(nodes, web);
  const identity = (index: number): string => `1|test|1|${index}|${ftp.member.id}|${web.member.id}`;
  const port = 40_000;
  t.notOk(judgeIdentity(identity(port % 127), port, context) instanceof LinkError);
  t.match(judgeIdentity(identity((port + 1) % 127), port, context), { code: 'wrong_index' });
  t.match(judgeIdentity(identity(9999), port, context), { code: 'wrong_index' });
  context.bags.replaceAll([]);
  t.match(judgeIdentity(identity(port % 127), port, context), { code: 'no_bag' });
});

void t.test('a proxy that rewrites the port is named in the log, with both numbers', async (t) => {
  const nodes = twoNodes(t);
  const web = await nodes.listen();
  const port = await openProxy(t, web.port ?? 0);
  const target = { peer: nodes.web.member, host: '127.0.0.1', port, localPorts: ephemeral };
  // One time in 127 the proxy's port happens to fit.
  for (let dials = 0; dials < 20 && !refusalsIn(nodes.web).includes('wrong_index'); dials += 1)
    await dialLink(target, contextOf(nodes, nodes.ftp), { signal: AbortSignal.timeout(5000) }).then(
      ({ socket }) => socket.destroy(),
      (error: LinkError) => t.equal(error.code, 'handshake'),
    );
  const line = nodes.web.lines.find(({ code }) => code === 'wrong_index');
  const [, index, seenPort, seenIndex] =
    /chose key (\d+), but its connection arrives from port (\d+), and \2 modulo 127 is (\d+): the port was rewritten on the way/.exec(
      line?.msg ?? '',
    ) ?? [];
  t.equal(Number(seenPort) % 127, Number(seenIndex));
  t.equal(line?.['remotePort'], Number(seenPort));
  t.not(index, seenIndex);
});

/** Dials with the true bag and answers the listener's demand for proof with what `forge` makes. */
async function assertProofRefused(
  t: Test,
  forge: (nodes: TwoNodes, link: { socket: TLSSocket; identityText: string }) => string,
): Promise<void> {
  const nodes = twoNodes(t);
  const web = await nodes.listen();
  const link = await dialByHand(t, web.port ?? 0, { bag: nodes.bag });
  let answer = '';
  link.socket.on('data', (bytes: Buffer) => (answer += bytes.toString()));
  link.socket.write(forge(nodes, link));
  await closedByPeer(link.socket);
  t.equal(answer, '', 'the listener proves itself to nobody who has not');
  t.same(web.linked(), []);
  t.match(refusalsIn(nodes.web)[0], /^(unproven|not_our_protocol|peer_closed)$/);
}

const proofOf = (bytes: Buffer, node: TestNode): string =>
  `{"proof":"${sign(null, bytes, node.keys.signing.privateKey).toString('base64url')}"}\r\n`;
const proofs: readonly [
  string,
  (nodes: TwoNodes, link: { socket: TLSSocket; identityText: string }) => string,
][] = [
  [
    "a stolen bag with another node's key",
    ({ web }, { socket, identityText }) => proofOf(provenBytes(socket, identityText, 'dialler'), web),
  ],
  [
    "a proof of the listener's role",
    ({ ftp }, { socket, identityText }) => proofOf(provenBytes(socket, identityText, 'listener'), ftp),
  ],
  ['a signature over nothing', ({ ftp }) => proofOf(Buffer.alloc(0), ftp)],
  ['a proof that is no proof', () => '{"proof":"yes"}\r\n'],
  ['a call in place of the proof', () => '{"id":1,"method":"echo","deadlineMs":9,"params":{"text":""}}\r\n'],
  ['an endless proof', () => 'a'.repeat(10_000)],
];
for (const [what, forge] of proofs)
  void t.test(`the listener refuses ${what}`, async (t) => {
    await assertProofRefused(t, forge);
  });

void t.test('the true node key over the true connection is let in', async (t) => {
  const nodes = twoNodes(t);
  const web = await nodes.listen();
  const { socket, identityText } = await dialByHand(t, web.port ?? 0, { bag: nodes.bag });
  socket.write(proofOf(provenBytes(socket, identityText, 'dialler'), nodes.ftp));
  await eventually(() => web.linked().length === 1);
  t.same(refusalsIn(nodes.web), []);
});

void t.test('a proof recorded on one connection is refused on another', async (t) => {
  const nodes = twoNodes(t);
  const web = await nodes.listen();
  const first = await dialByHand(t, web.port ?? 0, { bag: nodes.bag });
  const recorded = proofOf(provenBytes(first.socket, first.identityText, 'dialler'), nodes.ftp);
  // From a port that chooses the same key, so that the identity and all else that is signed is the same.
  const dialFrom = (localPort: number): Promise<HostileLink> =>
    dialByHand(t, web.port ?? 0, { bag: nodes.bag, claim: { localPort } });
  const firstPort = first.socket.localPort ?? 0;
  const second = await dialFrom(firstPort - 127).catch(() => dialFrom(firstPort - 254));
  t.equal(second.identityText, first.identityText);
  second.socket.write(recorded);
  await closedByPeer(second.socket);
  t.same(refusalsIn(nodes.web), ['unproven']);
});

/** A listener with the true bag that answers the proof with what `forge` makes; resolves to its port. */
async function openFalseListener(
  t: Test,
  nodes: TwoNodes,
  forge: (socket: TLSSocket, line: string) => string,
): Promise<number> {
  const admissions = new WeakMap<TLSSocket, Admission>();
  const server = createTlsServer({
    ...linkTlsOptions,
    pskCallback: (socket, identityText) => {
      const verdict = judgeIdentity(identityText, socket.remotePort ?? 0, contextOf(nodes, nodes.web));
      if (verdict instanceof LinkError) return null;
      admissions.set(socket, verdict);
      return verdict.psk;
    },
  });
  server.on('secureConnection', (socket) => {
    socket.on('error', () => socket.destroy());
    socket.once('data', (bytes: Buffer) => socket.write(forge(socket, bytes.toString())));
  });
  return listenOnFreePort(t, server);
}

async function assertDialRefused(
  t: Test,
  nodes: TwoNodes,
  attempt: { port: number; codes: readonly string[] },
): Promise<void> {
  const { port, codes } = attempt;
  const target = { peer: nodes.web.member, host: '127.0.0.1', port, localPorts: ephemeral };
  const outcome = await dialLink(target, contextOf(nodes, nodes.ftp), {
    signal: AbortSignal.timeout(5000),
  }).catch((thrown: LinkError) => thrown);
  t.ok(outcome instanceof LinkError && codes.includes(outcome.code), JSON.stringify(outcome));
}

void t.test("the dialler refuses a listener with the bag but without the node's key", async (t) => {
  const nodes = twoNodes(t);
  const identityOf = (socket: TLSSocket): string => {
    const index = (socket.remotePort ?? 0) % 127;
    return `1|test|1|${index}|${nodes.ftp.member.id}|${nodes.web.member.id}`;
  };
  const signedBy = (node: TestNode, role: ProofRole) => (socket: TLSSocket) =>
    proofOf(provenBytes(socket, identityOf(socket), role), node);
  const reflected = await openFalseListener(t, nodes, (_socket, line) => line);
  await assertDialRefused(t, nodes, { port: reflected, codes: ['unproven'] });
  const wrongKey = await openFalseListener(t, nodes, signedBy(nodes.ftp, 'listener'));
  await assertDialRefused(t, nodes, { port: wrongKey, codes: ['unproven'] });
  const wrongRole = await openFalseListener(t, nodes, signedBy(nodes.web, 'dialler'));
  await assertDialRefused(t, nodes, { port: wrongRole, codes: ['unproven'] });
  const honest = await openFalseListener(t, nodes, signedBy(nodes.web, 'listener'));
  const target = { peer: nodes.web.member, host: '127.0.0.1', port: honest, localPorts: ephemeral };
  const link = await dialLink(target, contextOf(nodes, nodes.ftp), { signal: AbortSignal.timeout(5000) });
  t.equal(link.index, link.diallerPort % 127);
  link.socket.destroy();
});

async function makeCertificate(t: Test): Promise<{ key: string; cert: string }> {
  const directory = await mkdtemp(path.join(tmpdir(), 'consign-certificate-'));
  t.teardown(() => rm(directory, { recursive: true, force: true }));
  const [key, cert] = [path.join(directory, 'key.pem'), path.join(directory, 'cert.pem')];
  const subject = [
    '-subj',
    '/CN=localhost',
    '-addext',
    'subjectAltName=DNS:localhost,IP:127.0.0.1',
    '-days',
    '2',
  ];
  await run('openssl', [
    'req',
    '-x509',
    '-newkey',
    'ed25519',
    '-nodes',
    '-keyout',
    key,
    '-out',
    cert,
    ...subject,
  ]);
  return { key: await readFile(key, 'utf8'), cert: await readFile(cert, 'utf8') };
}

void t.test('the dialler refuses a listener with a certificate, and one that speaks TLS 1.2', async (t) => {
  const nodes = twoNodes(t);
  const certificate = await makeCertificate(t);
  const answerAll = { ...certificate, ALPNProtocols: ['consign/1'] };
  for (const maxVersion of ['TLSv1.3', 'TLSv1.2'] as const) {
    const server = createTlsServer({ ...answerAll, maxVersion, minVersion: 'TLSv1.2' });
    server.on('secureConnection', (socket) => socket.end('{"proof":"yes"}\r\n'));
    server.on('tlsClientError', () => undefined);
    await assertDialRefused(t, nodes, {
      port: await listenOnFreePort(t, server),
      codes: ['handshake', 'no_psk'],
    });
  }
});

void t.test('the listener refuses a client with a certificate', async (t) => {
  const nodes = twoNodes(t);
  const certificate = await makeCertificate(t);
  await assertRefused(t, nodes, { code: 'handshake', claim: { withoutPsk: true, tls: certificate } });
});

void t.test('a session ticket without the key is worth nothing', async (t) => {
  const nodes = twoNodes(t);
  const web = await nodes.listen();
  const first = await dialByHand(t, web.port ?? 0, { bag: nodes.bag });
  const sessions: Buffer[] = [];
  first.socket.on('session', (session: Buffer) => sessions.push(session));
  first.socket.write(proofOf(provenBytes(first.socket, first.identityText, 'dialler'), nodes.ftp));
  await eventually(() => web.linked().length === 1);
  await eventually(() => sessions.length > 0);
  const claim = { withoutPsk: true, tls: { session: sessions[0] } } as HostileClaim;
  await t.rejects(dialByHand(t, web.port ?? 0, { bag: nodes.bag, claim }), /ALERT|closed/i);
  // OpenSSL offers the ticket to the listener as an identity, unless its random bytes have a NUL among them.
  t.match(refusalsIn(nodes.web), [/^(handshake|malformed_identity)$/]);
});

void t.test(
  'even if OpenSSL resumed a session, the listener notices that its key was not asked for',
  async (t) => {
    const nodes = twoNodes(t);
    const context = contextOf(nodes, nodes.web);
    const admissions = new WeakMap<TLSSocket, Admission>();
    const outcomes: string[] = [];
    const server = createTlsServer({
      ...linkTlsOptions,
      // What a listener would be without the option: it hands out tickets that work.
      secureOptions: 0,
      pskCallback: (socket, identityText) => {
        const verdict = judgeIdentity(identityText, socket.remotePort ?? 0, context);
        if (verdict instanceof LinkError) return null;
        admissions.set(socket, verdict);
        return verdict.psk;
      },
    });
    server.on('secureConnection', (socket) => {
      socket.on('error', () => socket.destroy());
      proveAccepted(socket, admissions.get(socket), context).then(
        () => outcomes.push('accepted'),
        (error: LinkError) => {
          outcomes.push(error.code);
          socket.destroy();
        },
      );
    });
    const port = await listenOnFreePort(t, server);
    const first = await dialByHand(t, port, { bag: nodes.bag });
    first.socket.write(proofOf(provenBytes(first.socket, first.identityText, 'dialler'), nodes.ftp));
    const [session] = (await once(first.socket, 'session')) as [Buffer];
    await eventually(() => outcomes.length === 1);
    const claim = { withoutPsk: true, tls: { session } };
    await dialByHand(t, port, { bag: nodes.bag, claim });
    await eventually(() => outcomes.length === 2);
    t.same(outcomes, ['accepted', 'no_psk']);
  },
);

void t.test('a bag of another pair does not open a link: each pair has its own', async (t) => {
  const nodes = twoNodes(t);
  const other = { ...nodes.bag, generations: [makeGeneration(1)] };
  const web = await nodes.listen();
  await t.rejects(dialByHand(t, web.port ?? 0, { bag: other }));
  await eventually(() => refusalsIn(nodes.web).length > 0);
  t.same(refusalsIn(nodes.web), ['wrong_key']);
});

void t.test(
  'a stranger who says nothing, or something else, is closed and does not disturb the links',
  async (t) => {
    const nodes = twoNodes(t);
    const web = await nodes.listen();
    const ftp = await nodes.dial(web.port ?? 0);
    await eventually(() => ftp.linked().length === 1);
    const silent = Array.from({ length: 100 }, () => connect(web.port ?? 0, '127.0.0.1'));
    for (const socket of silent) socket.on('error', () => undefined);
    t.teardown(() => silent.forEach((socket) => socket.destroy()));
    await eventually(() => refusalsIn(nodes.web).includes('too_many_links'));
    const http = connect(web.port ?? 0, '127.0.0.1');
    http.on('error', () => undefined);
    http.write('GET / HTTP/1.0\r\n\r\n');
    await closedByPeer(http);
    t.equal((await ftp.call('web1', testMethods, 'echo', { text: 'fine' })).text, 'fine');
    await eventually(() => silent.every((socket) => socket.closed || socket.readableEnded), 9000);
  },
);

void t.test('refusals beyond the limit are counted, not logged one by one', async (t) => {
  const nodes = twoNodes(t);
  const web = await nodes.listen();
  for (let round = 0; round < 70; round += 1) {
    const socket = connect(web.port ?? 0, '127.0.0.1');
    socket.on('error', () => undefined);
    socket.end('hello\r\n');
    await closedByPeer(socket);
  }
  t.equal(refusalsIn(nodes.web).length, 60);
});
