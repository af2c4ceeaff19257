// PostgreSQL beyond this machine: what is said to it travels under TLS 1.3, to a server with the right certificate for the name
// that it is reached by, and to no other.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { openPostgresStore } from '#internal-db/store/postgres/open-postgres-store.ts';
import { issueCertificate } from '../../rig/issued-certificate.ts';
import { PostgresServer } from '../../rig/postgres-server.ts';
import { temporaryFolder } from '../../rig/temporary-folder.ts';

const tls = await issueCertificate('database');
const server = await PostgresServer.start({ tls });
t.teardown(() => server.remove());
const database = server.createDatabase();
const { port } = server.settingsOf(database);
const folder = temporaryFolder(t);

function settingsWith(host: string, certificate: string) {
  const caFile = join(folder, `${host}-${certificate.length}.pem`);
  writeFileSync(caFile, certificate);
  return { ...server.settingsOf(database), host, port, caFile };
}

t.test('every connection is under TLS 1.3', async (t) => {
  const store = await openPostgresStore(settingsWith('localhost', tls.certificate));
  t.teardown(() => store.close());
  await store.leadership.seek();
  await store.transaction(({ settings }) => settings.put('configuration_version', 'x'));
  t.equal(await store.read.settings.get('configuration_version'), 'x');
  const sql = `SELECT count(*) || ' ' || min(version) || ' ' || max(version) FROM pg_stat_ssl s
    JOIN pg_stat_activity a USING (pid) WHERE a.application_name = 'consign internal-db' AND s.ssl`;
  t.match(server.query(database, sql), /^[3-9] TLSv1\.3 TLSv1\.3$/, 'the writer, the readers, and who leads');
  const bare = `SELECT count(*) FROM pg_stat_ssl JOIN pg_stat_activity a USING (pid)
    WHERE a.application_name = 'consign internal-db' AND NOT ssl`;
  t.equal(server.query(database, bare), '0');
});

t.test('a server with a certificate of somebody else, or for another name, is not spoken to', async (t) => {
  const other = await issueCertificate('somebody');
  const refused = { code: 'DATABASE_UNREACHABLE' };
  await Promise.all([
    t.rejects(openPostgresStore(settingsWith('localhost', other.certificate)), refused),
    t.rejects(openPostgresStore(settingsWith('127.0.0.2', tls.certificate)), refused),
  ]);
});
