// Signed documents: one kind, one key, one spelling, within the schema.
import { sign } from 'node:crypto';
import fc from 'fast-check';
import t from 'tap';
import { documentBytesMax } from '#commlink/limits.ts';
import { documentSchemas, type DocumentKind, type StagingStatement } from '#commlink/methods/documents.ts';
import { createNodeKeys } from '#commlink/node-keys.ts';
import { signDocument, verifyDocument } from '#commlink/signed-document.ts';

const keys = createNodeKeys();
const other = createNodeKeys();
const body: StagingStatement = {
  cluster: 'local',
  node: keys.id,
  atMs: 5,
  deliveries: [`dlv_${'A'.repeat(22)}`],
};
const text = signDocument('staging-statement', body, keys.signing.privateKey);
const [payload = '', signature = ''] = text.split('.');
const publicKey = keys.signing.publicKey;

/** A document of any body, signed as it should be signed: what a hostile or faulty signer could make. */
function forge(kind: DocumentKind, json: string): string {
  const encoded = Buffer.from(json).toString('base64url');
  const bytes = Buffer.from(`consign/1 signed document\0${kind}\0${encoded}`);
  return `${encoded}.${sign(null, bytes, keys.signing.privateKey).toString('base64url')}`;
}

void t.test('a document verifies to the body that was signed', async (t) => {
  t.same(verifyDocument('staging-statement', text, publicKey), body);
  t.match(text, /^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]{86}$/);
  t.same(
    verifyDocument('staging-statement', forge('staging-statement', JSON.stringify(body)), publicKey),
    body,
  );
});

void t.test('what was signed as one kind does not verify as any other', async (t) => {
  for (const kind of Object.keys(documentSchemas) as DocumentKind[])
    if (kind !== 'staging-statement')
      t.throws(() => verifyDocument(kind, text, publicKey), { code: 'bad_signature' });
});

void t.test('no changed character verifies, nor another key', async (t) => {
  t.throws(() => verifyDocument('staging-statement', text, other.signing.publicKey), {
    code: 'bad_signature',
  });
  fc.assert(
    fc.property(
      fc.nat(text.length - 1),
      fc.constantFrom('A', 'B', 'c', '0', '_', '-', '.', '='),
      (place, character) => {
        const changed = text.slice(0, place) + character + text.slice(place + 1);
        if (changed === text) return true;
        try {
          verifyDocument('staging-statement', changed, publicKey);
          return false;
        } catch (error) {
          return ['bad_signature', 'malformed'].includes((error as { code: string }).code);
        }
      },
    ),
    { numRuns: 500 },
  );
});

const lastCharacter = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
const twin = lastCharacter[lastCharacter.indexOf(signature.at(-1) ?? '') ^ 1] ?? '';
const hostile: readonly [string, string, string][] = [
  ['nothing', '', 'malformed'],
  ['no signature', `${payload}.`, 'malformed'],
  ['a short signature', `${payload}.${signature.slice(1)}`, 'malformed'],
  ['three parts', `${payload}.${payload}.${signature}`, 'malformed'],
  ['padding', `${payload}=.${signature}`, 'malformed'],
  ['a line end', `${text}\n`, 'malformed'],
  ['standard base64', `${payload}.${signature.slice(1)}+`, 'malformed'],
  ['the same signature spelt otherwise', `${payload}.${signature.slice(0, -1)}${twin}`, 'bad_signature'],
  ['a body that is not JSON', forge('staging-statement', '{'), 'malformed'],
  ['a body of another schema', forge('staging-statement', '{"cluster":"local"}'), 'malformed'],
  ['an extra member', forge('staging-statement', JSON.stringify({ ...body, admin: true })), 'malformed'],
  [
    'an over-long document',
    forge('staging-statement', `${JSON.stringify(body)}${' '.repeat(documentBytesMax)}`),
    'malformed',
  ],
];
for (const [what, document, code] of hostile)
  void t.test(`refuses ${what}`, async (t) => {
    t.throws(() => verifyDocument('staging-statement', document, publicKey), { code });
  });

void t.test('nothing is signed that a verifier would refuse', async (t) => {
  const wrong = { ...body, node: 'x' };
  t.throws(() => signDocument('staging-statement', wrong, keys.signing.privateKey), { code: 'malformed' });
  const most = { ...body, deliveries: Array.from({ length: 500 }, () => `dlv_${'A'.repeat(22)}`) };
  const signed = signDocument('staging-statement', most, keys.signing.privateKey);
  t.same(
    verifyDocument('staging-statement', signed, publicKey),
    most,
    'as many deliveries as the schema allows',
  );
});
