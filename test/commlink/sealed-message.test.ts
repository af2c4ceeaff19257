// Sealing to one node for one purpose.
import fc from 'fast-check';
import t from 'tap';
import { createNodeKeys } from '#commlink/node-keys.ts';
import { openSealedMessage, sealMessage } from '#commlink/sealed-message.ts';

const { sealing } = createNodeKeys();
const other = createNodeKeys().sealing;
const seal = (plaintext: Uint8Array, purpose = 'login-attempt'): Promise<string> =>
  sealMessage({ recipient: sealing.raw, purpose, plaintext });
const open = (
  sealed: string,
  purpose = 'login-attempt',
  privateKey = sealing.privateKey,
): Promise<Uint8Array> => openSealedMessage({ privateKey, purpose, sealed });

void t.test('what is sealed opens, whatever it is', async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 2000 }), async (bytes) => {
      const sealed = await seal(bytes);
      return /^[A-Za-z0-9_-]+$/.test(sealed) && Buffer.from(await open(sealed)).equals(Buffer.from(bytes));
    }),
    { numRuns: 50 },
  );
});

void t.test('the same plaintext is never sealed to the same text, nor shows in it', async (t) => {
  const secret = Buffer.from('correct horse battery staple');
  const [first, second] = [await seal(secret), await seal(secret)];
  t.not(first, second);
  t.notOk(Buffer.from(first, 'base64url').includes(secret));
});

void t.test('opens for its purpose and its recipient alone', async (t) => {
  const sealed = await seal(Buffer.from('x'));
  await t.rejects(open(sealed, 'another-purpose'), { code: 'malformed' });
  await t.rejects(open(sealed, 'login-attempt', other.privateKey), { code: 'malformed' });
});

void t.test('opens for its place alone, and within the limit of its purpose', async (t) => {
  const place = { purpose: 'section', associated: 'web1', plaintextBytesMax: 10 };
  const text = await sealMessage({ recipient: sealing.raw, plaintext: Buffer.alloc(10), ...place });
  const reopen = (change: object): Promise<Uint8Array> =>
    openSealedMessage({ privateKey: sealing.privateKey, sealed: text, ...place, ...change });
  t.same(Buffer.from(await reopen({})), Buffer.alloc(10));
  for (const change of [{ associated: 'web2' }, { associated: '' }, { plaintextBytesMax: 9 }])
    await t.rejects(reopen(change), { code: 'malformed' });
  const over = { recipient: sealing.raw, plaintext: Buffer.alloc(11), ...place };
  await t.rejects(sealMessage(over), { code: 'malformed' });
});

void t.test('no changed byte opens', async (t) => {
  const bytes = Buffer.from(await seal(Buffer.from('pay 10')), 'base64url');
  for (let place = 0; place < bytes.length; place += 1) {
    const changed = Buffer.from(bytes);
    changed[place] = (changed[place] ?? 0) ^ 1;
    await t.rejects(open(changed.toString('base64url')), { code: 'malformed' }, `byte ${place}`);
  }
});

void t.test('refuses what is no sealed message', async (t) => {
  const sealed = await seal(Buffer.from('x'));
  for (const text of [
    '',
    'A',
    'A'.repeat(60),
    `${sealed}=`,
    ` ${sealed}`,
    sealed.slice(0, 40),
    `${sealed}AAAA`,
    'A'.repeat(200_000),
  ])
    await t.rejects(open(text), { code: 'malformed' });
  await t.rejects(seal(Buffer.alloc(65_537)), { code: 'malformed' });
});
