// How PostgreSQL may be reached: without TLS on this machine alone, and with a password that nobody else can read.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import t from 'tap';
import { PostgresSettings } from '#commlink/postgres-settings.ts';
import { compileSchema } from '#commlink/schema.ts';
import { clientConfigOf } from '#internal-db/store/postgres/client-config.ts';

const settings: PostgresSettings = {
  host: 'localhost',
  port: 5432,
  database: 'consign',
  user: 'consign',
  passwordFile: null,
  caFile: null,
};

t.test('beyond this machine there is no connection without TLS', async (t) => {
  for (const host of ['localhost', '127.0.0.1', '127.1.2.3', '::1', '/run/postgresql'])
    t.match(await clientConfigOf({ ...settings, host }), { host, ssl: false });
  for (const host of ['127.0.0.1.example.com', '127.example.com', 'localhost.example.com', '::1f', 'db'])
    await t.rejects(clientConfigOf({ ...settings, host }), { code: 'DATABASE_UNSAFE' }, host);
});

t.test('a name is no connection string, and a host is one host', (t) => {
  const check = compileSchema('settings', PostgresSettings);
  t.ok(check.matches(settings));
  const strings = [
    'host=evil.example dbname=x',
    'postgresql://evil.example/x',
    'postgres://evil.example',
    '',
  ];
  for (const database of strings) t.notOk(check.matches({ ...settings, database }), database);
  for (const host of ['/run/postgresql,evil.example', 'localhost,evil.example'])
    t.notOk(check.matches({ ...settings, host }), host);
  t.end();
});

t.test('a password file that others can read is refused', async (t) => {
  const folder = await mkdtemp(path.join(tmpdir(), 'consign-test-'));
  t.teardown(() => rm(folder, { recursive: true }));
  const passwordOf = async (mode: number): Promise<unknown> => {
    const passwordFile = path.join(folder, mode.toString(8));
    await writeFile(passwordFile, 'secret\n', { mode });
    const { password } = await clientConfigOf({ ...settings, passwordFile });
    return typeof password === 'function' ? password() : password;
  };
  t.equal(await passwordOf(0o600), 'secret');
  await t.rejects(passwordOf(0o644));
});
