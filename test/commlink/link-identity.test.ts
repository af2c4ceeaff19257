// The PSK identity's text and the key that is derived from it.
import fc from 'fast-check';
import t from 'tap';
import {
  deriveLinkPsk,
  formatLinkIdentity,
  keyIndexOf,
  parseLinkIdentity,
} from '#commlink/link/link-identity.ts';
import { createNodeKeys } from '#commlink/node-keys.ts';

const from = createNodeKeys().id;
const to = createNodeKeys().id;

void t.test('an identity survives its text', async (t) => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 4_294_967_295 }),
      fc.integer({ min: 0, max: 4094 }),
      (generation, index) => {
        const identity = { cluster: 'local', generation, index, from, to };
        return JSON.stringify(parseLinkIdentity(formatLinkIdentity(identity))) === JSON.stringify(identity);
      },
    ),
  );
  const longest = { cluster: 'a'.repeat(64), generation: 4_294_967_295, index: 4094, from, to };
  t.ok(formatLinkIdentity(longest).length < 256, 'OpenSSL takes no longer one');
});

void t.test('any other text is no identity', async (t) => {
  fc.assert(fc.property(fc.string(), (text) => parseLinkIdentity(text) === undefined));
  const good = `1|local|1|5|${from}|${to}`;
  t.ok(parseLinkIdentity(good));
  for (const text of [
    '',
    good.slice(0, -1),
    `${good}\n`,
    ` ${good}`,
    `${good}|`,
    good.replace('1|local', '2|local'),
    good.replace('|5|', '|05|'),
    good.replace('|5|', '|-5|'),
    good.replace('|5|', '|5.0|'),
    good.replace('|1|', '|0|'),
    good.replace('local', 'Local'),
    good.replace('local', 'lo|cal'),
    good.replace('local', ''),
  ])
    t.equal(parseLinkIdentity(text), undefined, JSON.stringify(text));
});

void t.test("the derived key depends on the bag's key and on every part of the identity", async (t) => {
  const key = Buffer.alloc(32, 1);
  const base = { cluster: 'local', generation: 1, index: 1, from, to };
  const variants = [
    base,
    { ...base, cluster: 'other' },
    { ...base, generation: 2 },
    { ...base, index: 2 },
    { ...base, from: to, to: from },
  ];
  const psks = variants.map((identity) => deriveLinkPsk(key, formatLinkIdentity(identity)).toString('hex'));
  psks.push(deriveLinkPsk(Buffer.alloc(32, 2), formatLinkIdentity(base)).toString('hex'));
  t.equal(new Set(psks).size, 6);
  t.equal(deriveLinkPsk(key, formatLinkIdentity(base)).toString('hex'), psks[0]);
  t.equal(psks[0]?.length, 64);
});

void t.test('the index is the port modulo N', async (t) => {
  t.same([keyIndexOf(49_152, 127), keyIndexOf(126, 127), keyIndexOf(127, 127)], [49_152 % 127, 126, 0]);
});
