// A customer puts SSH keys into the portal and fetches with them: OpenSSH and psftp, through the jail, the relay and
// internal-db, which verifies the signatures. A key that is nobody's, or was removed, lets nobody in.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { runProgram, type ProgramResult } from '../rig/run-program.ts';
import { startConsign } from '../rig/running-consign.ts';
import { sha256OfFile } from './fetched-file.ts';
import { PortalCustomer } from './portal-customer.ts';
import { clientDirectory, stageDemoFile } from './staged-file.ts';

const consign = await startConsign(t, { demo: true });
const login = consign.logins.customer!;
const customer = await PortalCustomer.signIn(consign, login);
const staged = await stageDemoFile(consign);
const { host, port } = consign.endpoints.sftp;

const settings = [
  'UserKnownHostsFile=/dev/null',
  'StrictHostKeyChecking=no',
  'LogLevel=ERROR',
  'PreferredAuthentications=publickey',
  'IdentitiesOnly=yes',
];
const options = settings.flatMap((setting) => ['-o', setting]);

/** Makes a key pair in `directory`; returns the public key's line. */
async function makeKey(directory: string, kind: readonly string[]): Promise<string> {
  const made = await runProgram('ssh-keygen', ['-q', '-N', '', '-f', 'key', ...kind], { directory });
  if (made.code !== 0) throw new Error(made.stderr);
  return (await readFile(join(directory, 'key.pub'), 'utf8')).trim();
}

const fetchWithKey = (directory: string): Promise<ProgramResult> =>
  runProgram(
    'scp',
    [...options, '-i', 'key', '-P', String(port), `${login.name}@${host}:${staged.path}`, 'out'],
    { directory },
  );

for (const kind of [
  ['-t', 'ed25519'],
  ['-t', 'ecdsa', '-b', '521'],
  ['-t', 'rsa', '-b', '3072'],
])
  t.test(`OpenSSH fetches with a key that is in the portal: ${kind.join(' ')}`, async (t) => {
    const directory = await clientDirectory(t);
    const line = await makeKey(directory, kind);
    const early = await fetchWithKey(directory);
    t.not(early.code, 0, 'before it is in');
    t.match(early.stderr, /Permission denied \(publickey,password,keyboard-interactive\)/);
    const added = await customer.sendForm('/ssh-keys', { line, name: kind.join(' ') });
    t.equal(added.status, 303, added.text);
    const fetched = await fetchWithKey(directory);
    t.equal(fetched.code, 0, fetched.stderr);
    t.equal(await sha256OfFile(join(directory, 'out')), staged.sha256);
  });

t.test('psftp fetches with a key that was put in over the API, and not when it is removed', async (t) => {
  const directory = await clientDirectory(t);
  const publicKey = await makeKey(directory, ['-t', 'rsa', '-b', '2048']);
  await runProgram('puttygen', ['key', '-o', 'key.ppk'], { directory });
  const added = await customer.ask('/api/v1/ssh-keys', { json: { publicKey, name: 'PuTTY' } });
  t.equal(added.status, 201, added.text);
  const scan = await runProgram('ssh-keyscan', ['-t', 'ed25519', '-p', String(port), host], { directory });
  const hostKey = scan.stdout.trim().split(' ').at(-1) ?? '';
  const server = ['-P', String(port), '-l', login.name, '-batch', '-hostkey', hostKey];
  const fetchInto = (name: string): Promise<ProgramResult> =>
    runProgram('pscp', [...server, '-i', 'key.ppk', `${host}:${staged.path}`, name], { directory });
  const fetched = await fetchInto('out');
  t.equal(fetched.code, 0, fetched.stderr);
  t.equal(await sha256OfFile(join(directory, 'out')), staged.sha256);
  const { id } = JSON.parse(added.text) as { id: string };
  const removed = await customer.ask(`/api/v1/ssh-keys/${id}`, { method: 'DELETE' });
  t.equal(removed.status, 204, removed.text);
  t.not((await fetchInto('again')).code, 0);
});

t.test('the portal shows when each key was used last', async (t) => {
  const { keys } = JSON.parse((await customer.ask('/api/v1/ssh-keys')).text) as {
    keys: { lastUsedAt: string | null }[];
  };
  t.equal(keys.filter(({ lastUsedAt }) => lastUsedAt !== null).length, 3);
});
