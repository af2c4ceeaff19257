// The join ticket: one word that people carry, refused when it is not whole.
import fc from 'fast-check';
import t from 'tap';
import { createNodeKeys } from '#commlink/node-keys.ts';
import {
  createTicketSecret,
  decodeTicket,
  encodeTicket,
  type JoinTicket,
} from '#commlink/operator/join-ticket.ts';

const contact = createNodeKeys();
const operator = createNodeKeys();
const ticket: JoinTicket = {
  version: 1,
  cluster: 'local',
  ...createTicketSecret(),
  name: 'ftp2',
  role: 'ftp-node',
  contact: { host: '10.0.0.1', port: 7001, id: contact.id, signingKey: contact.signing.raw },
  operators: { threshold: 1, keys: [{ id: operator.id, signingKey: operator.signing.raw }] },
  expiresAtMs: 1_800_000_000_000,
};
const text = encodeTicket(ticket);

void t.test('a ticket is one word that holds what it was made of', async (t) => {
  t.match(text, /^consign-join-[A-Za-z0-9_-]+$/);
  t.same(decodeTicket(text), ticket);
});

void t.test('line breaks of a mail do no harm', async (t) => {
  const wrapped = text.replaceAll(/(.{64})/g, '$1\r\n  ');
  t.same(decodeTicket(`\n ${wrapped}\n`), ticket);
});

void t.test('no two tickets share an id or a secret', async (t) => {
  const [one, two] = [createTicketSecret(), createTicketSecret()];
  t.equal(Buffer.from(one.secret, 'base64url').length, 32);
  t.not(one.ticket, two.ticket);
  t.not(one.secret, two.secret);
});

void t.test('no single changed or missing character is taken', async () => {
  const isRefused = (changed: string): boolean => {
    try {
      decodeTicket(changed);
      return false;
    } catch (error) {
      return (error as { code?: string }).code === 'ticket_invalid';
    }
  };
  fc.assert(
    fc.property(fc.nat(text.length - 1), fc.integer({ min: 33, max: 126 }), (place, code) => {
      const changed = text.slice(0, place) + String.fromCharCode(code) + text.slice(place + 1);
      return changed === text || isRefused(changed);
    }),
    { numRuns: 1000 },
  );
  fc.assert(
    fc.property(fc.nat(text.length - 1), (place) => isRefused(text.slice(0, place) + text.slice(place + 1))),
  );
});

const hostile: readonly [what: string, text: string][] = [
  ['nothing', ''],
  ['the prefix alone', 'consign-join-'],
  ['another word', 'consign-invite-AAAA'],
  ['a giant', `consign-join-${'A'.repeat(100_000)}`],
  ['a ticket twice', text + text],
];
for (const [what, word] of hostile)
  void t.test(`refuses ${what}`, async (t) => {
    t.throws(() => decodeTicket(word), { name: 'ConfigurationError', code: 'ticket_invalid' });
  });

void t.test('refuses a ticket whose keys are not those of its ids', async (t) => {
  const wrong = encodeTicket({ ...ticket, contact: { ...ticket.contact, signingKey: operator.signing.raw } });
  t.throws(() => decodeTicket(wrong), { code: 'ticket_invalid' });
});

void t.test('a ticket that no machine could use is not made', async (t) => {
  t.throws(() => encodeTicket({ ...ticket, contact: { ...ticket.contact, port: 0 } }), {
    name: 'SchemaError',
  });
});
