// The compose file beside what it starts: it publishes the ports that a fresh installation listens on, its instructions name the
// addresses that its services have, and the image has every folder that the programs are made of. Whether the image builds is not
// tried: that needs a registry.
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { layOutPorts, portBaseDefault } from '#deploy/ports.ts';
import { nodeNames } from '#deploy/default-settings.ts';

const repository = join(import.meta.dirname, '..', '..');
const folder = join(repository, 'deploy', 'containers');
const compose = readFileSync(join(folder, 'compose.yaml'), 'utf8');
const ports = layOutPorts(portBaseDefault);

/** The lines of one service. */
function serviceOf(name: string): string {
  const found = new RegExp(`^ {2}${name}:\\n((?: {4}.*\\n)+)`, 'm').exec(compose);
  if (found === null) throw new Error(`compose.yaml has no service ${name}.`);
  return found[1] ?? '';
}

/** What a service publishes: outside and inside. */
function publishedBy(name: string): string[] {
  const list = /ports: \[(.*)\]/.exec(serviceOf(name))?.[1] ?? '';
  return [...list.matchAll(/'([^']+)'/g)].map(([, pair = '']) => pair);
}

t.test('what is published is what the programs listen on', async (t) => {
  t.same(publishedBy('internal-db'), []);
  t.same(publishedBy('web-front'), [`443:${ports.portal}`]);
  const { from, to } = ports.passive;
  const range = `${from}-${to}`;
  t.same(
    publishedBy('ftp-node'),
    [ports.delivery, ports.ftp, ports.sftp, range].map((port) => `${port}:${port}`),
    'an FTP node tells its ports to customers',
  );
});

t.test('the instructions name the nodes and the addresses that are there', async (t) => {
  const addresses = [...compose.matchAll(/ipv4_address: ([\d.]+)/g)].map(([, address]) => address);
  const listened = [...compose.matchAll(/--listen ([\d.]+)/g)].map(([, address]) => address);
  t.equal(listened.length, 3);
  for (const address of listened) t.ok(addresses.includes(address), `${address}`);
  for (const role of ['web-front', 'ftp-node'] as const)
    t.match(compose, `node invite ${role} ${nodeNames[role]} `, role);
});

t.test('each program is started with the file that a state has for it', async (t) => {
  for (const role of ['internal-db', 'web-front'])
    t.match(serviceOf(role), `command: [${role}/main.ts, --config, /var/lib/consign/${role}/config.json]`);
  const node = serviceOf('ftp-node');
  t.match(node, 'command: [ftp-node/main.ts, --config, /var/lib/consign-node/ftp-node/config.json]');
  t.match(node, 'environment: { CONSIGN_STATE: /var/lib/consign-node }');
  t.match(node, 'volumes: [ftp-node:/var/lib/consign-node]', 'which is root’s in the image');
});

t.test('the image has every folder of ours that a program imports', async (t) => {
  const image = readFileSync(join(folder, 'Containerfile'), 'utf8');
  const sent = readFileSync(join(folder, 'Containerfile.dockerignore'), 'utf8').split('\n');
  const isRoom = (name: string): boolean =>
    ['bin', 'commlink', 'deploy', 'internal-db', 'web-front', 'ftp-node'].includes(name);
  const rooms = readdirSync(repository).filter(isRoom);
  t.equal(rooms.length, 6);
  for (const room of rooms) {
    t.match(image, `COPY ${room} ${room}\n`, room);
    t.ok(sent.includes(`!${room}`), room);
  }
});
