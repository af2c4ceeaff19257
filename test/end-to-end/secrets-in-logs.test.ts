// One run with every kind of secret, logged as verbosely as it goes: afterwards no log, terminal, argument, environment,
// world-readable file or database has any of them in any form, and the modes in the state directory are private.
import { randomBytes } from 'node:crypto';
import { lstatSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import t, { type Test } from 'tap';
import { openInstalledNode } from '../rig/installed-node.ts';
import { runProgram } from '../rig/run-program.ts';
import { startConsign, type PrintedLogin } from '../rig/running-consign.ts';
import { askHttps, cookieOf, PortalCustomer, sendSignIn } from './portal-customer.ts';
import { findSecrets, formsOf, privatePartOf, privatePartOfSshKey, readHaystack } from './secret-search.ts';
import { openVendor, vendorAccount, vendorTarget } from './small-vendor.ts';

const programs = ['internal-db', 'web-front', 'ftp-node'] as const;
const consign = await startConsign(t, { demo: true });
const secrets = new Map<string, Buffer | string>();
/** With the logins that the first start shows, once; they are secrets everywhere else. */
const everySecret = new Map<string, Buffer | string>();
const shown = new Map(
  [consign.logins.staff, ...(consign.logins.customer ? [consign.logins.customer] : [])].map(
    ({ name, password }) => [`shown password of ${name}`, password] as const,
  ),
);

t.test('every secret is used, as it should be and as it should not', async (t) => {
  await logEverything();
  await collectKeys();
  await useEverySecret(t);
  for (const [what, secret] of [...secrets, ...shown]) everySecret.set(what, secret);
});

/** All say all that they have to say: while they run, and at a start. */
async function logEverything(): Promise<void> {
  await consign.configure(...['db1', 'web1', 'ftp1'].flatMap((node) => [`${node}/logLevel`, 'trace']));
  for (const name of programs) await consign.waitForRestart(name, consign.kill(name));
  await consign.waitUntilLinked();
}

/** Keys of the authority, the operator and the nodes, and all that is sealed to these, from where it belongs. */
async function collectKeys(): Promise<void> {
  const read = (...parts: string[]): string => readFileSync(join(consign.state, ...parts), 'utf8');
  secrets.set('key of the authority', privatePartOf(read('ca-key.pem')));
  const { keys: operator } = JSON.parse(read('operator', 'operator.key')) as { keys: string };
  collectPair('operator', operator);
  for (const role of programs) {
    collectPair(role, read(role, 'node.key'));
    const { identity, bags } = await openInstalledNode(consign.state, role);
    secrets.set(`${role}: TLS key`, privatePartOf(identity.privateKey));
    for (const [index, key] of identity.hostKeys.entries())
      secrets.set(`SSH host key ${index}`, privatePartOfSshKey(key));
    for (const { from, to, generations } of bags)
      for (const [index, key] of generations.flatMap((generation) => generation.keys).entries())
        secrets.set(`${role}: key ${index} of the bag from ${from} to ${to}`, key);
  }
}

function collectPair(owner: string, text: string): void {
  const { signing, sealing } = JSON.parse(text) as { signing: string; sealing: string };
  secrets.set(`${owner}: signing key`, privatePartOf(signing));
  secrets.set(`${owner}: sealing key`, privatePartOf(sealing));
}

function invent(what: string): string {
  const secret = `${randomBytes(9).toString('base64url')} +/"ä%`;
  secrets.set(what, secret);
  return secret;
}

/** curl reads the login from standard input, so that it is in nobody's arguments. */
async function fetchWith(login: PrintedLogin, url: string): Promise<number | null> {
  const quoted = `${login.name}:${login.password}`.replaceAll(/["\\]/g, String.raw`\$&`);
  const args = [
    '-sS',
    '-K',
    '-',
    '--insecure',
    '-o',
    '/dev/null',
    ...(url.startsWith('ftp') ? ['--ssl-reqd'] : []),
    url,
  ];
  return (await runProgram('curl', args, { input: `user = "${quoted}"\n` })).code;
}

async function useEverySecret(t: Test): Promise<void> {
  const vendor = await openVendor(t, consign);
  const { name } = vendor.customer;
  secrets.set('portal password, made here', vendor.customer.password);
  const chosen = invent('portal password, chosen');
  const args = ['user', 'create', vendorAccount, 'bob', '--password-stdin'];
  const bin = join(import.meta.dirname, '..', '..', 'bin', 'consign');
  const bob = await runProgram(bin, args, { environment: consign.environment, input: `${chosen}\n` });
  t.equal(bob.code, 0, bob.stderr);
  await PortalCustomer.signIn(consign, { name: 'bob', password: chosen });
  await sendSignIn(consign, { name, password: invent('portal password, wrong') });
  await sendSignIn(consign, { name: invent('portal password, typed as the name'), password: 'x' });

  const alice = await PortalCustomer.signIn(consign, vendor.customer);
  secrets.set('session', alice.session);
  const created = await alice.ask('/api/v1/tokens', { json: { name: 'machine', lifetimeDays: 30 } });
  const { secret: token } = JSON.parse(created.text) as { secret: string };
  secrets.set('personal token', token);
  const { portal, console: staffConsole, ftp, sftp } = consign.endpoints;
  const bearer = { authorization: `Bearer ${token}` };
  t.equal((await askHttps(consign, `${portal}/api/v1/products`, { headers: bearer })).status, 200);
  await askHttps(consign, `${portal}/api/v1/products?token=${token}`);
  for (const place of ['nowhere', 'deliveries', 'api/v1/deliveries'])
    await askHttps(consign, `${portal}/${place}/${token}`);

  const [product = '', version = '', file = ''] = vendorTarget.split('/');
  const clicked = await alice.sendForm('/deliveries', { product, version, file });
  secrets.set('sealed credentials', cookieOf(clicked, '__Secure-consign-delivery') ?? '');
  await alice.ask(String(clicked.headers['location']), {
    headers: {
      cookie: `__Host-consign-session=${alice.session}; __Secure-consign-delivery=${String(secrets.get('sealed credentials'))}`,
    },
  });
  const staged = await consign.json<{ login: string; password: string; url: string; path: string }>(
    'stage',
    vendorAccount,
    vendorTarget,
  );
  secrets.set('delivery password', staged.password);
  secrets.set('signed link', new URL(staged.url).pathname.split('/')[2] ?? '');
  t.equal((await askHttps(consign, staged.url)).status, 200);
  await askHttps(consign, staged.url.slice(0, -3));
  await askHttps(consign, `${portal}${new URL(staged.url).pathname}`);
  await askHttps(consign, staged.url, { method: 'POST', json: {} });
  for (const url of [
    `ftp://localhost:${ftp.port}/${staged.path}`,
    `sftp://localhost:${sftp.port}/${staged.path}`,
  ]) {
    const kind = url.slice(0, 4);
    const delivery = { name: staged.login, password: staged.password };
    t.equal(await fetchWith(delivery, url), 0, `${kind}: delivery login`);
    t.equal(await fetchWith({ name, password: token }, url), 0, `${kind}: personal token`);
    t.equal(await fetchWith(vendor.customer, url), 0, `${kind}: portal password`);
    t.not(await fetchWith({ name, password: invent(`${kind}: wrong password`) }, url), 0);
    t.not(await fetchWith({ name: invent(`${kind}: password as the name`), password: 'x' }, url), 0);
    t.not(await fetchWith({ ...delivery, name: 'nobody' }, url), 0);
  }
  const signIn = (password: string) =>
    askHttps(consign, `${staffConsole}/sign-in`, { form: { name: consign.logins.staff.name, password } });
  await signIn(invent('staff password, wrong'));
  const staff = cookieOf(await signIn(consign.logins.staff.password), '__Host-consign-staff');
  secrets.set('staff session', staff ?? '');
}

function filesBelow(directory: string): string[] {
  return readdirSync(directory, { withFileTypes: true }).flatMap((entry) => {
    const path = join(directory, entry.name);
    return entry.isDirectory() ? filesBelow(path) : [path];
  });
}

function haystacksOf(files: readonly string[]): Map<string, string> {
  return new Map(files.map((file) => [relative(consign.state, file), readHaystack(file)]));
}

t.test('the search finds each secret in each form', async (t) => {
  t.ok(everySecret.size > 127 * 4, `${everySecret.size} secrets`);
  const missed: string[] = [];
  for (const [what, secret] of everySecret) {
    t.ok(Buffer.byteLength(secret) >= 16, `${what} is one`);
    for (const [form, text] of formsOf(secret)) {
      const line = new Map([['a log', `{"level":30,"msg":"a line with ${text} in it"}`]]);
      if (findSecrets(line, new Map([[what, secret]])).length === 0) missed.push(`${what}, ${form}`);
    }
    const inside = Buffer.concat([Buffer.from('xy'), Buffer.from(secret), Buffer.from('z')]);
    for (const encoding of ['base64', 'base64url', 'hex'] as const)
      if (findSecrets(new Map([['', inside.toString(encoding)]]), new Map([[what, secret]])).length === 0)
        missed.push(`${what}, ${encoding} of a longer text`);
  }
  t.same(missed, []);
});

t.test('no secret is in any log, though they have all that there is to say', async (t) => {
  const logs = haystacksOf(filesBelow(join(consign.state, 'logs')));
  t.equal(logs.size, programs.length);
  for (const [name, text] of logs) t.match(text, /"level":[12]0/, `${name} has lines for debugging`);
  t.same(findSecrets(logs, everySecret), []);
});

t.test('the terminal shows the first logins, once, and no other secret', async (t) => {
  t.same(findSecrets(new Map([['the terminal', consign.output]]), secrets), []);
  for (const [what, password] of shown) t.equal(consign.output.split(password).length - 1, 1, what);
});

t.test('no process has a secret in its arguments or its environment', async (t) => {
  const visible = Object.entries(consign.endpoints.pids).flatMap(([name, pid]) =>
    ['cmdline', 'environ'].map((what) => [`${name}: ${what}`, readHaystack(`/proc/${pid}/${what}`)] as const),
  );
  t.same(findSecrets(new Map(visible), everySecret), []);
});

t.test('the databases have passwords, tokens and sessions as hashes alone', async (t) => {
  const databases = filesBelow(consign.state).filter((file) => /\.db(?:-wal)?$/.test(file));
  t.ok(databases.length >= 2, databases.join(' '));
  t.same(findSecrets(haystacksOf(databases), everySecret), []);
});

t.test('everything in the state is private, but what customers are to see', async (t) => {
  const accounts = join(consign.state, 'ftp-node', 'accounts');
  const storeroom = join(consign.state, 'ftp-node', 'storeroom');
  const walk = (directory: string): string[] =>
    readdirSync(directory, { withFileTypes: true }).flatMap((entry) => {
      const path = join(directory, entry.name);
      return entry.isDirectory() ? [path, ...walk(path)] : [path];
    });
  const wrong: string[] = [];
  for (const path of [consign.state, ...walk(consign.state)]) {
    const stats = lstatSync(path);
    const below = (directory: string): boolean => `${path}/`.startsWith(`${directory}/`);
    const forDirectory = below(accounts) ? 0o755 : 0o700;
    const forFile = (below(accounts) || below(storeroom)) && stats.isFile() ? 0o444 : 0o600;
    const mode = stats.mode & 0o777;
    const expected = stats.isDirectory() ? forDirectory : forFile;
    if (mode !== expected) wrong.push(`${relative(consign.state, path)} is ${mode.toString(8)}`);
  }
  t.same(wrong, []);
  const readable = walk(consign.state).filter((path) => (lstatSync(path).mode & 0o004) !== 0);
  const small = readable.filter((path) => lstatSync(path).isFile() && lstatSync(path).size < 1_000_000);
  t.ok(small.length > 0);
  t.same(findSecrets(haystacksOf(small), everySecret), [], 'no secret is in what all may read');
});
