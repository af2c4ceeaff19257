// The row of ports: what CONSIGN_PORT_BASE may be, and what is said of a port that is taken.
import t from 'tap';
import { createServer, type AddressInfo } from 'node:net';
import { defaultEntries } from '#deploy/default-settings.ts';
import { listeningPorts } from '#deploy/installed-settings.ts';
import {
  checkPortsFree,
  layOutPorts,
  parsePortBase,
  portBaseDefault,
  type ListeningPort,
} from '#deploy/ports.ts';
import { findFreePortBase } from '../rig/free-ports.ts';

/** What a one-machine installation listens on. */
function allPorts(base: number): ListeningPort[] {
  const entries = Object.values(defaultEntries({ ports: layOutPorts(base), isRoot: false }));
  return listeningPorts(Object.fromEntries(entries.map(({ role, settings }) => [role, settings])));
}

t.test('reads a port base', async (t) => {
  t.equal(parsePortBase(undefined), portBaseDefault);
  t.equal(parsePortBase(''), portBaseDefault);
  t.equal(parsePortBase('1024'), 1024);
  t.equal(parsePortBase('65476'), 65_476);
});

t.test('refuses a port base that is none, or that has no room above it', async (t) => {
  const bad = [
    '0',
    '80',
    '1023',
    '65477',
    '65536',
    '-1',
    '8440.5',
    '8e3',
    ' 8440',
    '0x20F8',
    'http',
    '８４４０',
  ];
  for (const text of bad) t.throws(() => parsePortBase(text), { code: 'PORT_BASE_INVALID' }, text);
});

t.test('lays out different ports for everything', async (t) => {
  const { passive, ...single } = layOutPorts(20_000);
  const ports = Object.values(single);
  t.equal(new Set(ports).size, ports.length);
  t.ok(ports.every((port) => port < passive.from));
  t.same(passive, { from: 20_010, to: 20_059 });
});

t.test('names the port that is taken, and other ports to use', async (t) => {
  const base = await findFreePortBase();
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(base + 3, '127.0.0.1', resolve));
  t.teardown(() => server.close());
  t.equal((server.address() as AddressInfo).port, base + 3);
  await t.rejects(checkPortsFree(allPorts(base)), { code: 'PORT_TAKEN' });
  const message = await checkPortsFree(allPorts(base)).catch((error: Error) => error.message);
  t.match(message, `Port ${base + 3} (ftp)`);
  t.match(message, 'CONSIGN_PORT_BASE=');
});

t.test('finds nothing wrong with free ports, and leaves them free', async (t) => {
  const ports = allPorts(await findFreePortBase());
  t.equal(ports.length, 10);
  await checkPortsFree(ports);
  await checkPortsFree(ports);
  t.pass();
});

t.test('the port for packages in clear is among those that must be free, where there is one', async (t) => {
  const { 'ftp-node': node } = defaultEntries({ ports: layOutPorts(20_000), isRoot: false });
  const https = { ...node.settings.https, plainPort: 20_099 };
  const found = listeningPorts({ 'ftp-node': { ...node.settings, https } });
  t.match(
    found.find(({ purpose }) => purpose === 'plain HTTP'),
    { port: 20_099 },
  );
  t.notOk(listeningPorts({ 'ftp-node': node.settings }).some(({ purpose }) => purpose === 'plain HTTP'));
});
