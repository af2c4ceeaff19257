// An operator's key file: with and without a passphrase, and everything that it is not opened for.
import { chmodSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import {
  createOperatorKeys,
  needsPassphrase,
  operatorOf,
  readOperatorKeys,
  writeOperatorKeys,
} from '#commlink/operator/operator-keys.ts';
import { signManifest } from '#commlink/configuration/blocks/signed-manifest.ts';
import { temporaryFolder } from '../../rig/temporary-folder.ts';

const keys = createOperatorKeys('alice');
const never = (): Promise<string> => Promise.reject(new Error('nobody was to be asked'));
const typed = (passphrase: string) => (): Promise<string> => Promise.resolve(passphrase);

void t.test('keys without a passphrase are read without a question', async (t) => {
  const file = join(temporaryFolder(t), 'operator.key');
  await writeOperatorKeys(file, keys, null);
  t.equal(statSync(file).mode & 0o777, 0o600);
  t.equal(await needsPassphrase(file), false);
  const read = await readOperatorKeys(file, never);
  t.same(operatorOf(read), operatorOf(keys));
  t.same(signManifest('AAAA', read), signManifest('AAAA', keys));
});

void t.test('keys under a passphrase are read with it alone', async (t) => {
  const file = join(temporaryFolder(t), 'operator.key');
  await writeOperatorKeys(file, keys, 'Gänsefüßchen 7');
  t.equal(statSync(file).mode & 0o777, 0o600);
  t.equal(await needsPassphrase(file), true);
  t.notMatch(readFileSync(file, 'utf8'), /PRIVATE|Gänse/);
  t.same(operatorOf(await readOperatorKeys(file, typed('Gänsefüßchen 7'))), operatorOf(keys));
  t.same(
    operatorOf(await readOperatorKeys(file, typed('Ga\u0308nsefüßchen 7'))),
    operatorOf(keys),
    'however the keyboard spells it',
  );
  for (const wrong of ['', 'gänsefüßchen 7', 'Gänsefüßchen 7 '])
    await t.rejects(readOperatorKeys(file, typed(wrong)), { name: 'StartupError', code: 'PASSPHRASE_WRONG' });
});

void t.test('the same keys and passphrase never make the same file', async (t) => {
  const folder = temporaryFolder(t);
  const [one, two] = [join(folder, 'one.key'), join(folder, 'two.key')];
  await Promise.all([one, two].map((file) => writeOperatorKeys(file, keys, 'x')));
  t.not(readFileSync(one, 'utf8'), readFileSync(two, 'utf8'));
});

void t.test('a file that others can read is refused before anything is asked', async (t) => {
  const file = join(temporaryFolder(t), 'operator.key');
  await writeOperatorKeys(file, keys, 'x');
  for (const mode of [0o644, 0o640, 0o604, 0o660]) {
    chmodSync(file, mode);
    await t.rejects(readOperatorKeys(file, never), { code: 'KEY_FILE_EXPOSED' }, mode.toString(8));
  }
  chmodSync(file, 0o600);
  t.ok(await readOperatorKeys(file, typed('x')));
});

void t.test('a missing file is said to be missing', async (t) => {
  const file = join(temporaryFolder(t), 'operator.key');
  await t.rejects(readOperatorKeys(file, never), { code: 'KEY_FILE_UNREADABLE' });
});

interface SealedFile {
  name: string;
  sealed: { kdf: Record<string, unknown>; nonce: string; text: string };
}
const sealedText = await sealOnce();
const flip = (text: string): string => (text.startsWith('A') ? 'B' : 'A') + text.slice(1);
const damages: readonly [what: string, damage: (file: SealedFile) => void, code: string][] = [
  ['a changed ciphertext', ({ sealed }) => void (sealed.text = flip(sealed.text)), 'PASSPHRASE_WRONG'],
  [
    'a ciphertext that was cut',
    ({ sealed }) => void (sealed.text = sealed.text.slice(0, -4)),
    'PASSPHRASE_WRONG',
  ],
  ['a ciphertext shorter than its tag', ({ sealed }) => void (sealed.text = 'AAAA'), 'PASSPHRASE_WRONG'],
  ['a changed nonce', ({ sealed }) => void (sealed.nonce = flip(sealed.nonce)), 'PASSPHRASE_WRONG'],
  [
    'a changed salt',
    ({ sealed }) => void (sealed.kdf.salt = flip(String(sealed.kdf.salt))),
    'PASSPHRASE_WRONG',
  ],
  ['another operator’s name', (file) => void (file.name = 'mallory'), 'PASSPHRASE_WRONG'],
  ['a cheaper scrypt', ({ sealed }) => void (sealed.kdf.N = 1024), 'KEY_FILE_INVALID'],
  ['an endless scrypt', ({ sealed }) => void (sealed.kdf.N = 2 ** 30), 'KEY_FILE_INVALID'],
  ['a short salt', ({ sealed }) => void (sealed.kdf.salt = 'AAAA'), 'KEY_FILE_INVALID'],
];
for (const [what, damage, code] of damages)
  void t.test(`refuses a file with ${what}`, async (t) => {
    const file = join(temporaryFolder(t), 'operator.key');
    const content = JSON.parse(sealedText) as SealedFile;
    damage(content);
    writeFileSync(file, JSON.stringify(content), { mode: 0o600 });
    await t.rejects(readOperatorKeys(file, typed('x')), { name: 'StartupError', code });
  });

void t.test('refuses what is no key file, and quotes nothing of it', async (t) => {
  const file = join(temporaryFolder(t), 'operator.key');
  await writeOperatorKeys(file, keys, null);
  const whole = readFileSync(file, 'utf8');
  for (const text of [
    '',
    '{',
    'null',
    '{"version":1}',
    whole.slice(0, -9),
    whole.replace('BEGIN', 'BEG1N'),
  ]) {
    writeFileSync(file, text);
    const error = await readOperatorKeys(file, never).then(
      () => null,
      (refusal: Error & { code: string }) => refusal,
    );
    t.equal(error?.code, 'KEY_FILE_INVALID');
    t.notMatch(String(error?.message) + String(error?.cause), /PRIVATE|MC4C/);
  }
});

/** A key file under the passphrase `x`; sealing is slow on purpose, so it is done once. */
async function sealOnce(): Promise<string> {
  const file = join(temporaryFolder(t), 'operator.key');
  await writeOperatorKeys(file, keys, 'x');
  return readFileSync(file, 'utf8');
}
