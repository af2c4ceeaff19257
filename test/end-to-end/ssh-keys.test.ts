// A customer's SSH keys from end to end: put in at the portal, used by OpenSSH over SFTP, listed and removed by support.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { runProgram } from '../rig/run-program.ts';
import { startConsign } from '../rig/running-consign.ts';
import { temporaryFolder } from '../rig/temporary-folder.ts';
import { PortalCustomer } from './portal-customer.ts';
import { openVendor, vendorTarget } from './small-vendor.ts';

const consign = await startConsign(t);
const vendor = await openVendor(t, consign);
const customer = await PortalCustomer.signIn(consign, vendor.customer);
const folder = temporaryFolder(t);

function makeKey(name: string, type: string): string {
  const file = join(folder, name);
  execFileSync('ssh-keygen', ['-q', '-N', '', '-C', `${name}@laptop`, '-f', file, ...type.split(' ')]);
  return file;
}

/** Fetches the vendor's file with that key alone; the exit code, what was fetched, and what OpenSSH said. */
async function fetchWith(keyFile: string, ...more: string[]) {
  const { host, port } = consign.endpoints.sftp;
  const target = join(folder, 'fetched');
  const options = [
    'BatchMode=yes',
    'IdentitiesOnly=yes',
    'PreferredAuthentications=publickey',
    'StrictHostKeyChecking=no',
    `UserKnownHostsFile=${join(folder, 'known_hosts')}`,
  ].flatMap((option) => ['-o', option]);
  const source = `${vendor.customer.name}@${host}:/${vendorTarget}`;
  const args = ['-F', 'none', '-P', String(port), '-i', keyFile, ...options, ...more, source, target];
  const { code, stderr } = await runProgram('sftp', args, {});
  return { code, stderr, content: code === 0 ? readFileSync(target) : null };
}

const addKey = (keyFile: string) =>
  customer.sendForm('/ssh-keys', { line: readFileSync(`${keyFile}.pub`, 'utf8'), name: '' });

t.test('sftp -i fetches with each kind of key, once it is in the portal', async (t) => {
  const { product, version, file } = /^(?<product>.+)\/(?<version>.+)\/(?<file>.+)$/.exec(
    vendorTarget,
  )!.groups!;
  const asked = await customer.sendForm('/deliveries', { product: product!, version: version!, file: file! });
  t.equal(asked.status, 303);
  const kinds: [string, string, string[]][] = [
    ['ed25519', '-t ed25519', []],
    ['ecdsa-256', '-t ecdsa -b 256', []],
    ['ecdsa-384', '-t ecdsa -b 384', []],
    ['ecdsa-521', '-t ecdsa -b 521', []],
    ['rsa-512', '-t rsa -b 3072', ['-o', 'PubkeyAcceptedAlgorithms=rsa-sha2-512']],
    ['rsa-256', '-t rsa -b 2048', ['-o', 'PubkeyAcceptedAlgorithms=rsa-sha2-256']],
  ];
  for (const [name, type, more] of kinds) {
    const key = makeKey(name, type);
    t.not((await fetchWith(key, ...more)).code, 0, `${name}: not before`);
    t.equal((await addKey(key)).status, 303, name);
    const fetched = await fetchWith(key, ...more);
    t.equal(fetched.code, 0, `${name}: ${fetched.stderr}`);
    t.ok(fetched.content?.equals(vendor.content), `${name}: every byte`);
  }
  const page = await customer.ask('/ssh-keys');
  t.match(page.text, 'ed25519@laptop');
  t.notMatch(page.text, 'never used');
  const shown = execFileSync('ssh-keygen', ['-l', '-f', join(folder, 'ed25519.pub')], { encoding: 'utf8' });
  t.ok(
    page.text.includes(shown.split(' ')[1]!.replace('+', '&#43;')) ||
      page.text.includes(shown.split(' ')[1]!),
  );
});

t.test('SHA-1 signatures are refused, whatever the key', async (t) => {
  const { code } = await fetchWith(join(folder, 'rsa-256'), '-o', 'PubkeyAcceptedAlgorithms=ssh-rsa');
  t.not(code, 0);
});

t.test('what is no public key is refused in words', async (t) => {
  const line = readFileSync(join(folder, 'ed25519'), 'utf8');
  const refused = await customer.sendForm('/ssh-keys', { line, name: '' });
  t.equal(refused.status, 422);
  t.match(refused.text, 'This is a private key');
});

t.test('support removes a key, and it lets nobody in any more', async (t) => {
  const { name } = vendor.customer;
  const keys = await consign.json<{ id: string; name: string; lastUsedAtMs: number }[]>('key', 'list', name);
  t.equal(keys.length, 6);
  const { id, lastUsedAtMs } = keys.find((key) => key.name === 'ed25519@laptop')!;
  t.ok(lastUsedAtMs > 0);
  t.match((await consign.run('key', 'list', name)).stdout, /SHA256:/);
  t.not((await consign.run('key', 'remove', name, id)).code, 0, 'not without a reason');
  await consign.json('key', 'remove', name, id, '--reason', 'the laptop was stolen');
  t.not((await fetchWith(join(folder, 'ed25519'))).code, 0);
  t.equal((await fetchWith(join(folder, 'ecdsa-256'))).code, 0, 'the others stay');
  t.not((await consign.run('key', 'list', 'nobody')).code, 0);
});
