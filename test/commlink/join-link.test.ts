// Joining with a ticket: who gets a join link, as whom, and who is refused on which side.
import { once } from 'node:events';
import { connect } from 'node:net';
import { sign } from 'node:crypto';
import type { TLSSocket } from 'node:tls';
import t, { type Test } from 'tap';
import { openCommlink, type Commlink, type OpenInvitation } from '#commlink/commlink.ts';
import { dialJoin, type JoinTicketLink } from '#commlink/join-link.ts';
import { deriveJoinPsk, formatJoinIdentity, joinProofBytes } from '#commlink/link/join-admission.ts';
import { linkAlpn } from '#commlink/link/link-tls.ts';
import { securePsk } from '#commlink/link/psk-client.ts';
import type { CallPeer } from '#commlink/method-table.ts';
import { configurationMethods } from '#commlink/methods/configuration-methods.ts';
import { createNodeKeys, type NodeKeys } from '#commlink/node-keys.ts';
import { closedByPeer } from './hostile-dialler.ts';
import { eventually, twoNodes, type LogLine, type TwoNodes } from './two-nodes.ts';

const ticketId = 'T'.repeat(22);
const secret = Buffer.alloc(32, 9).toString('base64url');
const version = { seq: 4, digest: 'd'.repeat(43) };

interface Contact {
  readonly nodes: TwoNodes;
  readonly commlink: Commlink;
  readonly ticket: JoinTicketLink;
  readonly invitations: OpenInvitation[];
  /** Who has called config.join. */
  readonly peers: CallPeer[];
  readonly refusals: () => (string | undefined)[];
}

/** `web` as the contact of one open invitation. */
async function openContact(t: Test): Promise<Contact> {
  const nodes = twoNodes(t);
  const { keys, log, member, lines } = nodes.web;
  const peers: CallPeer[] = [];
  const invitations: OpenInvitation[] = [
    { ticket: ticketId, secret, name: 'web2', role: 'web-front', expiresAtMs: Date.now() + 60_000 },
  ];
  const commlink = await openCommlink({
    keys,
    plan: nodes.planOf(nodes.web, { listen: { host: '127.0.0.1', port: 0 } }),
    offered: configurationMethods,
    handlers: {
      'config.message': async () => ({}),
      'config.manifests': async () => ({ manifests: [] }),
      'config.sections': async () => ({ sections: [] }),
      'config.join': async (_params, { peer }) => {
        peers.push(peer);
        return { version };
      },
    },
    log,
    invitations: () => invitations,
  });
  t.teardown(() => commlink.close());
  const contact = {
    host: '127.0.0.1',
    port: commlink.port ?? 0,
    id: member.id,
    signingKey: member.signingKey,
  };
  const ticket = { cluster: 'test', ticket: ticketId, secret, contact };
  const refused = (line: LogLine): boolean => line.msg.includes('refused');
  return {
    nodes,
    commlink,
    ticket,
    invitations,
    peers,
    refusals: () => lines.filter(refused).map(({ code }) => code),
  };
}

const requestOf = (keys: NodeKeys) => ({
  ticket: ticketId,
  name: 'web2',
  role: 'web-front' as const,
  signingKey: keys.signing.raw,
  sealingKey: keys.sealing.raw,
});

const join = (contact: Contact, changes: Partial<JoinTicketLink> = {}, keys = createNodeKeys()) =>
  dialJoin({
    ticket: { ...contact.ticket, ...changes },
    keys,
    log: contact.nodes.ftp.log,
    signal: AbortSignal.timeout(5000),
  });

void t.test('a machine with the ticket is served as the joiner that proved its new key', async (t) => {
  const contact = await openContact(t);
  const keys = createNodeKeys();
  const peer = await join(contact, {}, keys);
  t.equal(peer.peer.id, contact.nodes.web.member.id);
  t.same(await peer.call('config.join', requestOf(keys)), { version });
  t.same(contact.peers, [{ role: 'joiner', name: 'web2', id: keys.id, ticket: ticketId }]);
  t.same(await peer.call('config.manifests', { after: null, version }), { manifests: [] });
  await t.rejects(peer.call('config.message', { messages: [`${'a'.repeat(90)}.${'b'.repeat(86)}`] }), {
    code: 'forbidden',
  });
  t.same(contact.commlink.linked(), [], 'it is no member');
  t.same(contact.commlink.linkGenerations(), []);
  await contact.commlink.close();
  await peer.closed;
});

const refused: readonly [string, string, (contact: Contact) => Partial<JoinTicketLink>][] = [
  ['a ticket that nobody made', 'unknown_ticket', () => ({ ticket: 'U'.repeat(22) })],
  [
    'a ticket with another secret',
    'wrong_key',
    () => ({ secret: Buffer.alloc(32, 8).toString('base64url') }),
  ],
  ['a ticket for another cluster', 'unknown_cluster', () => ({ cluster: 'other' })],
  [
    'a ticket for another contact',
    'wrong_receiver',
    ({ ticket, nodes }) => ({ contact: { ...ticket.contact, id: nodes.ftp.member.id } }),
  ],
  ['a ticket that is none', 'malformed_identity', () => ({ ticket: 'short' })],
  [
    'an expired ticket',
    'ticket_expired',
    ({ invitations }) => {
      const [invitation] = invitations;
      if (invitation) invitations[0] = { ...invitation, expiresAtMs: Date.now() - 1 };
      return {};
    },
  ],
  [
    'a ticket whose invitation was taken back',
    'unknown_ticket',
    ({ invitations }) => {
      invitations.length = 0;
      return {};
    },
  ],
];
for (const [what, code, changesOf] of refused)
  void t.test(`the contact refuses ${what}`, async (t) => {
    const contact = await openContact(t);
    await t.rejects(join(contact, changesOf(contact)), { code: 'handshake' });
    await eventually(() => contact.refusals().length > 0);
    t.same(contact.refusals(), [code]);
  });

void t.test(
  'the joiner refuses a contact that has the ticket but not the key that the ticket names',
  async (t) => {
    const contact = await openContact(t);
    const other = { ...contact.ticket.contact, signingKey: createNodeKeys().signing.raw };
    await t.rejects(join(contact, { contact: other }), { code: 'unproven' });
  },
);

interface HandDialled {
  readonly socket: TLSSocket;
  readonly identityText: string;
}

/** The ticket's TLS, without any proof yet. */
async function dialTicket(t: Test, { ticket }: Contact): Promise<HandDialled> {
  const identityText = formatJoinIdentity({ cluster: 'test', ticket: ticketId, to: ticket.contact.id });
  const raw = connect(ticket.contact.port, '127.0.0.1');
  t.teardown(() => raw.destroy());
  await once(raw, 'connect');
  const credentials = { identity: identityText, psk: deriveJoinPsk(secret, identityText), alpn: linkAlpn };
  return { identityText, socket: await securePsk(raw, credentials, AbortSignal.timeout(5000)) };
}

const lineOf = (signingKey: string, bytes: Buffer, keys: NodeKeys): string =>
  `{"signingKey":"${signingKey}","proof":"${sign(null, bytes, keys.signing.privateKey).toString('base64url')}"}\r\n`;

const keys = createNodeKeys();
const { raw: ownKey } = keys.signing;
const forgeries: readonly [string, (link: HandDialled, contact: Contact) => string][] = [
  [
    'a proof by another key than it names',
    ({ socket, identityText }) =>
      lineOf(ownKey, joinProofBytes(socket, ['joiner', identityText, ownKey]), createNodeKeys()),
  ],
  [
    "a member's key that it does not have",
    ({ socket, identityText }, { nodes }) => {
      const { signingKey } = nodes.ftp.member;
      return lineOf(signingKey, joinProofBytes(socket, ['joiner', identityText, signingKey]), keys);
    },
  ],
  [
    "the contact's part of the proof",
    ({ socket, identityText }) =>
      lineOf(ownKey, joinProofBytes(socket, ['contact', identityText, ownKey]), keys),
  ],
  ['a proof of nothing', () => lineOf(ownKey, Buffer.alloc(0), keys)],
  [
    'a key that is none',
    ({ socket, identityText }) =>
      lineOf('_'.repeat(43), joinProofBytes(socket, ['joiner', identityText, ownKey]), keys),
  ],
  ['a call in place of the proof', () => '{"id":1,"method":"config.join","deadlineMs":9,"params":{}}\r\n'],
  ['an endless line', () => 'a'.repeat(10_000)],
];
for (const [what, forge] of forgeries)
  void t.test(`the contact refuses ${what}, and proves nothing to it`, async (t) => {
    const contact = await openContact(t);
    const link = await dialTicket(t, contact);
    let answer = '';
    link.socket.on('data', (bytes: Buffer) => (answer += bytes.toString()));
    link.socket.write(forge(link, contact));
    await closedByPeer(link.socket);
    t.equal(answer, '');
    t.match(contact.refusals()[0], /^(unproven|not_our_protocol)$/);
    t.same(contact.peers, []);
  });

void t.test('a proof that was overheard is refused on another connection', async (t) => {
  const contact = await openContact(t);
  const [first, second] = [await dialTicket(t, contact), await dialTicket(t, contact)];
  second.socket.write(
    lineOf(ownKey, joinProofBytes(first.socket, ['joiner', first.identityText, ownKey]), keys),
  );
  await closedByPeer(second.socket);
  t.same(contact.refusals(), ['unproven']);
});

void t.test('there are only so many join links, and they do not outlive the node', async (t) => {
  const contact = await openContact(t);
  const peers = [];
  for (let count = 0; count < 16; count += 1) peers.push(await join(contact));
  const extra = await join(contact);
  await extra.closed;
  t.match(
    contact.nodes.web.lines.find(({ code }) => code === 'too_many_links'),
    { joiner: 'web2' },
  );
  peers[0]?.close();
  await eventually(() => contact.nodes.web.lines.some(({ msg }) => msg === 'join link closed'));
  const again = await join(contact);
  t.same(await again.call('config.manifests', { after: null, version }), { manifests: [] });
  await contact.commlink.close();
  await Promise.all([...peers, again].map((peer) => peer.closed));
});

void t.test('a ticket opens nothing at a node that has no invitations', async (t) => {
  const nodes = twoNodes(t);
  const web = await nodes.listen();
  const { id, signingKey } = nodes.web.member;
  const contact = { host: '127.0.0.1', port: web.port ?? 0, id, signingKey };
  const ticket = { cluster: 'test', ticket: ticketId, secret, contact };
  const dialled = dialJoin({
    ticket,
    keys: createNodeKeys(),
    log: nodes.ftp.log,
    signal: AbortSignal.timeout(5000),
  });
  await t.rejects(dialled, { code: 'handshake' });
});

void t.test('no secret of a ticket reaches the log', async (t) => {
  const contact = await openContact(t);
  await join(contact);
  await t.rejects(join(contact, { secret: Buffer.alloc(32, 8).toString('base64url') }));
  const logged = JSON.stringify([contact.nodes.web.lines, contact.nodes.ftp.lines]);
  t.notOk(logged.includes(secret));
});
