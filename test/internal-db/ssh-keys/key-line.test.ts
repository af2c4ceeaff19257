// Lines with public keys: what ssh-keygen makes is read as ssh-keygen reads it; everything else gets its own sentence.
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import t from 'tap';
import { readKeyLine } from '#internal-db/ssh-keys/key-line.ts';
import { refuseKey } from '#internal-db/ssh-keys/refuse-key.ts';
import { fingerprintOf } from '#internal-db/ssh-keys/public-key.ts';
import { makeKey, wireString } from './made-keys.ts';

const encode = (...parts: (string | Buffer)[]) =>
  Buffer.concat(parts.map((part) => wireString(part))).toString('base64');

t.test('every kind of key that ssh-keygen makes is read, with the fingerprint that it shows', async (t) => {
  const directory = t.testdir({});
  const kinds: [string, string, number][] = [
    ['-t ed25519', 'ssh-ed25519', 256],
    ['-t ecdsa -b 256', 'ecdsa-sha2-nistp256', 256],
    ['-t ecdsa -b 384', 'ecdsa-sha2-nistp384', 384],
    ['-t ecdsa -b 521', 'ecdsa-sha2-nistp521', 521],
    ['-t rsa -b 2048', 'ssh-rsa', 2048],
    ['-t rsa -b 3072', 'ssh-rsa', 3072],
  ];
  for (const [options, keyType, keyBits] of kinds) {
    const { line } = makeKey(directory, options);
    const read = readKeyLine(` ${line}\n`);
    if (!read.accepted) throw new Error(`${options}: ${read.reason}`);
    t.match(read, { comment: 'jo@workstation', key: { keyType, keyBits } }, options);
    const file = path.join(directory, 'one.pub');
    writeFileSync(file, line);
    const shown = execFileSync('ssh-keygen', ['-l', '-f', file], { encoding: 'utf8' });
    t.match(shown, `${keyBits} ${fingerprintOf(read.blob)} `, 'ssh-keygen -l says the same');
  }
});

t.test('a comment is kept without what could not be seen', async (t) => {
  const { line } = makeKey(t.testdir({}), '-t ed25519');
  const [keyType, encoded] = line.split(' ');
  const commentOf = (comment: string) => {
    const read = readKeyLine(`${keyType} ${encoded}${comment}`);
    return read.accepted ? read.comment : read.reason;
  };
  t.equal(commentOf(''), '');
  t.equal(commentOf('  two   words '), 'two words');
  t.equal(commentOf(' a\u202Eb\u0007c\u200Bd'), 'abcd');
  t.equal(commentOf(` ${'x'.repeat(500)}`).length, 100);
  t.equal(commentOf(' <b>&'), '<b>&', 'what HTML means nothing to is left to the page');
});

t.test('everything else is refused with a sentence that says what it is', async (t) => {
  const directory = t.testdir({});
  const { line, privateText } = makeKey(directory, '-t ed25519');
  const rsa = makeKey(directory, '-t rsa -b 2048');
  const [, encoded = ''] = line.split(' ');
  const point = Buffer.alloc(65, 7);
  point[0] = 4;
  const compressed = Buffer.alloc(33, 2);
  const cases: [string, string, RegExp][] = [
    ['nothing', '', /not a public SSH key/],
    ['words', 'please let me in', /not a public SSH key/],
    ['a private key', privateText, /private key.*make a new pair/i],
    ['an RSA private key in PEM', rsa.privateText, /private key/],
    ['a private key in one line', privateText.replaceAll('\n', ' '), /private key/],
    ['a PuTTY file', 'PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none', /private key/],
    ['RFC 4716', '---- BEGIN SSH2 PUBLIC KEY ----\nAAAA\n---- END SSH2 PUBLIC KEY ----', /another format/],
    ['PEM', '-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----', /another format/],
    ['two keys', `${line}\n${rsa.line}`, /one key at a time/],
    ['options', `from="10.0.0.0/8",no-pty ${line}`, /options in front/],
    ['a command', `command="echo ssh-rsa" ${line}`, /options in front/],
    ['DSA', `ssh-dss ${encode('ssh-dss', randomBytes(128))} old`, /DSA/],
    ['a certificate', `ssh-ed25519-cert-v01@openssh.com ${encoded}`, /certificate/],
    ['a security key', `sk-ssh-ed25519@openssh.com ${encoded}`, /security keys/],
    ['a key cut short', line.slice(0, 40), /damaged/],
    ['a key with a stranger in its base64', line.replace('AAAA', 'AA\u00B7AA'), /damaged/],
    [
      'a key with something after it',
      `ssh-ed25519 ${encode('ssh-ed25519', Buffer.alloc(32), 'x')}`,
      /damaged/,
    ],
    ['an Ed25519 key of 31 bytes', `ssh-ed25519 ${encode('ssh-ed25519', Buffer.alloc(31))}`, /damaged/],
    ['another type in front', `ecdsa-sha2-nistp256 ${encoded}`, /damaged/],
    ['another type inside', `ssh-ed25519 ${encode('ssh-dss', Buffer.alloc(32))}`, /not a public SSH key|DSA/],
    ['a type that nobody knows', `ssh-unheardof ${encode('ssh-unheardof', 'x')}`, /not a public SSH key/],
    ['a point off the curve', ecdsaLine('nistp256', point), /damaged/],
    ['a compressed point', ecdsaLine('nistp256', compressed), /damaged/],
    ['another curve inside', ecdsaLine('nistp384', point), /damaged/],
    ['RSA of 1024 bits', rsaLine(128), /2048 bits/],
    ['RSA of 16384 bits', rsaLine(2048), /8192 bits/],
    ['an even RSA modulus', rsaLine(256, 0x02), /damaged/],
    ['a negative RSA modulus', `ssh-rsa ${encode('ssh-rsa', '\u0001', Buffer.alloc(256, 0xff))}`, /damaged/],
    ['an RSA modulus with zeros in front', rsaLine(258, 0x01, 2), /damaged/],
  ];
  for (const [title, text, sentence] of cases) {
    const read = readKeyLine(text);
    if (read.accepted) throw new Error(`${title} was taken`);
    const { explanation } = refuseKey(read.reason);
    t.match(explanation, sentence, title);
    t.ok(explanation.length < 500, 'it fits the reply');
  }
});

t.test('no bytes make the reader throw', async (t) => {
  const { blob } = makeKey(t.testdir({}), '-t rsa -b 2048');
  let takenCount = 0;
  for (let round = 0; round < 3000; round += 1) {
    const mutated = Buffer.from(blob.subarray(0, round % 7 === 0 ? round % blob.length : blob.length));
    for (const place of randomBytes(3)) if (place < mutated.length) mutated[place] = randomBytes(1)[0] ?? 0;
    if (readKeyLine(`ssh-rsa ${mutated.toString('base64')}`).accepted) takenCount += 1;
  }
  t.ok(takenCount > 0 && takenCount < 3000, `${takenCount} of 3000 were keys still`);
});

function ecdsaLine(curve: string, point: Buffer): string {
  return `ecdsa-sha2-nistp256 ${encode('ecdsa-sha2-nistp256', curve, point)}`;
}

/** A modulus of so many bytes that ends in `last`, after so many zeros too many. */
function rsaLine(byteCount: number, last = 0x01, zeroCount = 0): string {
  const modulus = Buffer.alloc(byteCount + 1, 0xf1);
  modulus.fill(0, 0, 1 + zeroCount);
  modulus[byteCount] = last;
  return `ssh-rsa ${encode('ssh-rsa', Buffer.from([1, 0, 1]), modulus)}`;
}
