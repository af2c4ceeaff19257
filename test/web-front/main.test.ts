// The web-front as a program: what it says when it cannot start, and whom it runs as when it can.
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, readdir, rm, stat } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { configureRooms, type ConfiguredRooms } from '../rig/configured-rooms.ts';
import { issueCertificate } from '../rig/issued-certificate.ts';
import { startRoomProgram, startRoomProgramIn, writeProgramConfig } from '../rig/room-program.ts';
import { Visitor } from './portal-fixture.ts';

const isRoot = process.getuid?.() === 0;
const nobody = { uid: 65_534, gid: 65_534 };

t.test('starts, gives up its privileges when it is root, serves, and stops on SIGTERM', async (t) => {
  const rooms = await configureRooms();
  t.teardown(() => rooms.remove());
  const file = await writeProgramConfig(rooms.directory, { ...rooms.webFront, dropTo: nobody });
  const program = startRoomProgram('web-front', file);
  t.teardown(() => program.stop());
  const { pid } = program.child;
  t.match(await program.whenReady(), { pids: { 'web-front': pid } });
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  const uid = isRoot ? nobody.uid : process.getuid?.();
  t.match(status, new RegExp(`^Uid:\\t${uid}\\t${uid}\\t${uid}\\t${uid}$`, 'm'));
  if (isRoot) t.match(status, /^Groups:\t65534 *$/m);
  const visitor = new Visitor({
    origin: `https://localhost:${rooms.portBase + 2}`,
    certificate: rooms.issued.certificate,
  });
  t.equal((await visitor.get('/sign-in')).status, 200);
  t.equal((await program.stop()).code, 0);
});

t.test(
  'serves from a checkout that the user it becomes cannot reach',
  { skip: !isRoot && 'needs root' },
  async (t) => {
    const rooms = await configureRooms();
    t.teardown(() => rooms.remove());
    const file = await writeProgramConfig(rooms.directory, { ...rooms.webFront, dropTo: nobody });
    const hidden = await mkdtemp(join(tmpdir(), 'consign-hidden-'));
    t.teardown(() => rm(hidden, { recursive: true }));
    const checkout = join(hidden, 'checkout');
    await mkdir(checkout);
    t.equal((await stat(hidden)).mode & 0o777, 0o700);
    const program = startRoomProgramIn(checkout, 'web-front', file);
    t.teardown(() => program.stop());
    await program.whenReady();
    const status = await readFile(`/proc/${program.child.pid}/status`, 'utf8');
    t.match(status, /^Uid:\t65534\t65534\t65534\t65534$/m);
    const visitor = new Visitor({
      origin: `https://localhost:${rooms.portBase + 2}`,
      certificate: rooms.issued.certificate,
    });
    for (const path of ['/sign-in', '/', '/api/v1/openapi.json', '/nowhere', '/%'])
      t.ok((await visitor.get(path)).status < 500, path);
    t.equal((await program.stop()).code, 0);
  },
);

t.test('what it keeps belongs to the user that it becomes, so that it starts again', async (t) => {
  const rooms = await configureRooms();
  t.teardown(() => rooms.remove());
  const { configurationDirectory } = rooms.webFront.node;
  const file = await writeProgramConfig(rooms.directory, { ...rooms.webFront, dropTo: nobody });
  for (const start of ['first', 'second']) {
    const program = startRoomProgram('web-front', file);
    t.ok(await program.whenReady(), `${start} start`);
    t.equal((await program.stop()).code, 0);
    const names = await readdir(configurationDirectory, { recursive: true });
    const owners = await Promise.all(
      ['.', ...names].map(async (name) => (await stat(join(configurationDirectory, name))).uid),
    );
    t.same([...new Set(owners)], [isRoot ? nobody.uid : process.getuid?.()], `${start} start`);
  }
});

t.test('says in one plain sentence why it cannot start', async (t) => {
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  t.teardown(() => new Promise((resolve) => other.close(resolve)));
  const address = other.address();
  const taken = typeof address === 'object' && address ? address.port : 0;
  const another = await issueCertificate('another');
  const portTaken = () => configureRooms({ portalPort: taken });
  const wrongKey = () => configureRooms({ identity: { privateKey: another.privateKey } });
  const unchanged = (rooms: ConfiguredRooms): unknown => rooms.webFront;
  const cases: [string, () => Promise<ConfiguredRooms>, (rooms: ConfiguredRooms) => unknown, RegExp][] = [
    ['a port that is taken', portTaken, unchanged, /Another program listens on 127\.0\.0\.1:\d+\. Stop it/],
    ['the key of another certificate', wrongKey, unchanged, /do not belong together/],
    ['a wrong member', configureRooms, ({ webFront }) => ({ ...webFront, dropTo: 'nobody' }), /dropTo/],
    [
      'a node that did not join',
      configureRooms,
      async ({ webFront }) => {
        await rm(webFront.node.configurationDirectory, { recursive: true });
        return webFront;
      },
      /configuration can't be entered: ENOENT\. Join this machine/,
    ],
    [
      'the place of a node of another role',
      configureRooms,
      ({ webFront, internalDb }) => ({ ...webFront, node: internalDb.node }),
      /web-front/,
    ],
  ];
  for (const [what, configure, spoil, sentence] of cases) {
    const rooms = await configure();
    t.teardown(() => rooms.remove());
    const file = await writeProgramConfig(rooms.directory, await spoil(rooms));
    const { code, stderr } = await startRoomProgram('web-front', file).ended;
    t.equal(code, 78, what);
    t.match(stderr, sentence, what);
    t.equal(stderr.trim().split('\n').length, 1, what);
  }
});
