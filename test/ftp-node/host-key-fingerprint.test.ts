// Fingerprints as ssh-keygen prints them, from every format that a host key may have here.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { fingerprintHostKey } from '#ftp-node/host-key-fingerprint.ts';

for (const args of [
  ['-t', 'ed25519'],
  ['-t', 'ecdsa', '-b', '256'],
  ['-t', 'ecdsa', '-b', '384'],
  ['-t', 'ecdsa', '-b', '256', '-m', 'PEM'],
])
  t.test(`agrees with ssh-keygen ${args.join(' ')}`, async (t) => {
    const file = join(t.testdir({}), 'key');
    execFileSync('ssh-keygen', ['-q', '-N', '', ...args, '-f', file]);
    const printed = execFileSync('ssh-keygen', ['-l', '-f', `${file}.pub`], { encoding: 'utf8' });
    t.equal(fingerprintHostKey(readFileSync(file, 'utf8'), 1), printed.split(' ')[1]);
  });

for (const content of [
  '',
  'no key',
  '-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----',
])
  t.test(`refuses ${JSON.stringify(content.slice(0, 40))} without repeating it`, async (t) => {
    t.throws(() => fingerprintHostKey(content, 2), {
      code: 'HOST_KEY_INVALID',
      message: /^SFTP host key 2 is no/,
    });
  });
