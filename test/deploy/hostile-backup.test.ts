// Backups that a member of the cluster made up: nothing in them is followed, and nothing that is another's is taken. What a
// whole one gives back, backup.test.ts shows.
import { createWriteStream, existsSync, readdirSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs';
import { chmod, mkdir } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import t, { type Test } from 'tap';
import { writeNodeKeys } from '#commlink/node-key-file.ts';
import { createNodeKeys, type NodeKeys } from '#commlink/node-keys.ts';
import { createOperatorKeys, operatorOf } from '#commlink/operator/operator-keys.ts';
import { sealBackup } from '#deploy/backup/backup-file.ts';
import { restoreBackup, type RestoreReport } from '#deploy/backup/restore-backup.ts';
import { packFolder } from '#deploy/backup/tar.ts';
import { writeProgramConfig } from '#deploy/program-folder.ts';
import { layOutState, markState, type ProgramName } from '#deploy/state-directory.ts';
import { findFreePortBase } from '../rig/free-ports.ts';
import { temporaryFolder } from '../rig/temporary-folder.ts';

const cluster = 'local';
const operator = createOperatorKeys('ann');
const [db, web] = [createNodeKeys(), createNodeKeys()];
const members = [
  { id: db.id, role: 'internal-db' as const },
  { id: web.id, role: 'web-front' as const },
];

/** What a backup of a node with SQLite has in it, about. */
async function makeContent(t: Test, programs: ReadonlyMap<ProgramName, NodeKeys>): Promise<string> {
  const folder = temporaryFolder(t);
  const layout = layOutState(folder);
  for (const [role, keys] of programs) {
    await mkdir(layout.configurationDirectory(role), { recursive: true });
    await writeNodeKeys(layout.keyFile(role), keys);
    await writeProgramConfig(layout, role, { cluster, name: 'node1' });
    writeFileSync(join(layout.configurationDirectory(role), 'protocol.json'), '{}');
  }
  if (programs.has('internal-db')) writeFileSync(join(folder, 'internal-db', 'consign.db'), 'rows');
  await markState(layout);
  return folder;
}

interface Attempt {
  readonly maker: NodeKeys;
  readonly databaseFile?: string;
  readonly members?: typeof members;
}

/** Seals the folder as it is, and restores that into a new state. */
async function sealAndRestore(
  t: Test,
  content: string,
  { maker, databaseFile, members: known = members }: Attempt,
): Promise<{ state: string; report: Promise<RestoreReport> }> {
  const folder = temporaryFolder(t);
  const file = join(folder, 'made.backup');
  const parties = { cluster, name: 'node1', keys: maker, operators: [operatorOf(operator)], nowMs: 0 };
  await pipeline(sealBackup(packFolder(content), parties), createWriteStream(file));
  const state = join(folder, 'state');
  const report = restoreBackup(layOutState(state), {
    file,
    operator,
    databaseFile: databaseFile ?? null,
    members: known,
    believe: () => undefined,
  });
  return { state, report };
}

async function assertRefused(
  t: Test,
  { content, code, ...attempt }: Attempt & { content: string; code: string },
): Promise<void> {
  const { state, report } = await sealAndRestore(t, content, attempt);
  await t.rejects(report, { code }, code);
  t.same(readdirSync(state), [], 'and nothing is left of it');
}

const whole = new Map([['internal-db' as const, db]]);

t.test('a whole one is restored, and its choice of a database is not', async (t) => {
  const content = await makeContent(t, whole);
  writeFileSync(join(content, 'internal-db', 'database.json'), '{"engine":"sqlite"}');
  const { state, report } = await sealAndRestore(t, content, { maker: db });
  t.match(await report, { roles: ['internal-db'] });
  t.ok(existsSync(join(state, 'internal-db', 'consign.db')));
  t.notOk(existsSync(join(state, 'internal-db', 'database.json')));
});

t.test('nobody is connected to because a backup says so', async (t) => {
  const port = await findFreePortBase();
  let connections = 0;
  const server = createServer((socket) => {
    connections += 1;
    socket.destroy();
  }).listen(port, '127.0.0.1');
  t.teardown(() => server.close());
  const content = await makeContent(t, whole);
  const choice = { engine: 'postgres', port, user: 'u', passwordFile: null, caFile: null };
  const at = (host: string, database = 'd') => JSON.stringify({ ...choice, host, database });
  writeFileSync(join(content, 'internal-db', 'database.json'), at('127.0.0.1'));
  writeFileSync(join(content, 'internal-db', 'consign.pgdump'), 'dump');
  await assertRefused(t, { content, maker: db, code: 'BACKUP_NEEDS_DATABASE' });
  t.equal(connections, 0);
  const databaseFile = join(temporaryFolder(t), 'postgres.json');
  for (const [text, code] of [
    [at('db.example'), 'DATABASE_UNSAFE'],
    [at('/run/postgresql', `host=127.0.0.1 port=${port}`), 'CONFIG_INVALID'],
    [at('/run/postgresql', `postgresql://127.0.0.1:${port}/x`), 'CONFIG_INVALID'],
  ] as const) {
    writeFileSync(databaseFile, text);
    await assertRefused(t, { content, maker: db, code, databaseFile });
  }
  t.equal(connections, 0);
  unlinkSync(join(content, 'internal-db', 'consign.pgdump'));
  await assertRefused(t, { content, maker: db, code: 'BACKUP_WITHOUT_DUMP', databaseFile });
});

t.test('nothing comes out of a backup that none puts in', async (t) => {
  const additions: Record<string, (content: string) => unknown> = {
    'a link': (content) => symlinkSync('/etc', join(content, 'internal-db', 'originals')),
    'a link in place of a file': (content) => symlinkSync('/etc/passwd', join(content, 'ca.pem')),
    'the operator’s key': (content) => mkdir(join(content, 'operator')),
    'what the launcher reads': (content) => writeFileSync(join(content, 'first-logins.json'), '{}'),
    'compiled code': (content) => mkdir(join(content, 'internal-db', 'compiled')),
    'a journal': (content) => writeFileSync(join(content, 'internal-db', 'consign.db-wal'), ''),
    'a hidden file': (content) => writeFileSync(join(content, 'internal-db', '.profile'), ''),
    'a program of its owner’s': async (content) => {
      writeFileSync(join(content, 'internal-db', 'run'), '');
      await chmod(join(content, 'internal-db', 'run'), 0o4755);
    },
    'a program without a node': (content) => mkdir(join(content, 'web-front')),
  };
  for (const [what, add] of Object.entries(additions)) {
    t.comment(what);
    const content = await makeContent(t, whole);
    await add(content);
    await assertRefused(t, { content, maker: db, code: 'BACKUP_FOREIGN' });
  }
});

t.test('a member gives back its own state alone, in its own role', async (t) => {
  const stranger = createNodeKeys();
  const attempts: [NodeKeys, [ProgramName, NodeKeys][]][] = [
    [web, [['internal-db', web]]],
    [web, [['internal-db', stranger]]],
    [
      web,
      [
        ['internal-db', stranger],
        ['web-front', web],
      ],
    ],
    [
      db,
      [
        ['internal-db', db],
        ['web-front', stranger],
      ],
    ],
    [db, []],
  ];
  for (const [maker, programs] of attempts)
    await assertRefused(t, {
      content: await makeContent(t, new Map(programs)),
      maker,
      code: 'BACKUP_FOREIGN',
    });
  const both: [ProgramName, NodeKeys][] = [
    ['internal-db', db],
    ['web-front', web],
  ];
  const { report } = await sealAndRestore(t, await makeContent(t, new Map(both)), { maker: db });
  t.match(await report, { roles: ['internal-db', 'web-front'] });
  const alone = await sealAndRestore(t, await makeContent(t, new Map(both)), { maker: db, members: [] });
  t.match(await alone.report, { roles: ['internal-db', 'web-front'] }, 'also where no cluster is known');
});
