// The whole network of docs/network.md, brought up by the runbook's own commands: a customer signs in, asks for a file and
// fetches it in each way; what crosses the inner wall meanwhile is TLS; then every port of every machine is tried from every
// other one and from the wall, and over IPv6 from where strangers are or may get to; those of the document's table are open, and no
// others. Needs root.
import t from 'tap';
import { followRunbook } from './follow-runbook.ts';
import { prepareMachines } from './given.ts';
import { captureInnerWall, isAllTls } from './inner-wall.ts';
import { pairOf, readNetworkTable } from './network-table.ts';
import { countArrivals, readArrivals, tryPorts } from './port-probe.ts';
import { oneOfEach, placeOfAddress, addressFrom, type PlaceOrWall } from './places.ts';
import { Topology } from './topology.ts';
import { visitAsCustomer } from './visit-as-customer.ts';

const content = 'the first release\n';
const everywhere: readonly PlaceOrWall[] = [...oneOfEach, 'wall'];
/** Where strangers are, or may get to: IPv6 is tried from there too. */
const exposed: readonly PlaceOrWall[] = ['customer', 'web-front', 'ftp-node'];
const linkPort = 8445;

const topology = await Topology.up(oneOfEach);
t.teardown(() => topology.down());

/** What `consign status` says, and what `consign doctor` finds wrong. */
async function examine(place: PlaceOrWall, user: string): Promise<{ said: string; findings: object[] }> {
  const consign = (words: string): Promise<string> =>
    topology.at(place).shell(`runuser -u ${user} -- consign ${words}`);
  const findings = JSON.parse(await consign('--json doctor')) as { level: string }[];
  return { said: await consign('status'), findings: findings.filter(({ level }) => level !== 'ok') };
}

t.test(
  'the runbook brings it up, and a customer fetches a file in three ways',
  { timeout: 800_000 },
  async (t) => {
    await prepareMachines(topology);
    await followRunbook(topology, { from: 1, to: 2 });
    const capture = await captureInnerWall(topology);
    await followRunbook(topology, { from: 3, to: 5 });
    const { password, fetched } = await visitAsCustomer(topology);
    t.same(fetched, { https: content, ftps: content, sftp: content });
    const status = await topology.at('internal-db').shell('runuser -u consign -- consign --json status');
    t.match(JSON.parse(status), { nodes: [{ name: 'ftp1', description: { jailed: true } }] });
    for (const [place, user] of [
      ['internal-db', 'consign'],
      ['web-front', 'consign'],
      ['ftp-node', 'root'],
    ] as const) {
      const { said, findings } = await examine(place, user);
      t.match(
        said,
        new RegExp(`processes +${place} [0-9]+$`, 'm'),
        `status knows what systemd runs at ${place}`,
      );
      t.same(findings, [], `nothing is wrong at ${place}`);
    }

    const { others, directions, whole } = await capture.stop();
    t.same(others, [], 'nothing but TCP crosses the inner wall');
    const strange = directions.filter(
      ({ sourcePort, targetPort }) => ![sourcePort, targetPort].includes(linkPort),
    );
    t.same(strange, [], 'and of that, the link alone');
    const opened = directions.filter(({ bytes }) => bytes.length > 0);
    t.ok(opened.length >= 4, `${opened.length} directions carried something`);
    t.ok(opened.every(isAllTls), 'each of them is TLS from the first byte to the last');
    t.notOk(whole.includes(password), 'no password is to be seen in it');
    t.notOk(whole.includes(content), 'nor what was published');
  },
);

t.test('what is not TLS would be found', async (t) => {
  const record = Buffer.from('1603010002abcd', 'hex');
  const isTls = (...bytes: Buffer[]): boolean =>
    isAllTls({ sourcePort: 1, targetPort: linkPort, bytes: Buffer.concat(bytes) });
  t.ok(isTls(record, record));
  t.notOk(isTls(record, Buffer.from('GET / HTTP/1.1\r\n')));
  t.notOk(isTls(Buffer.from('{"method":"status"}\r\n')));
});

t.test(
  'each port of each machine is tried from each other: the table is what is open',
  { timeout: 800_000 },
  async (t) => {
    await Promise.all(everywhere.map((place) => countArrivals(topology.at(place))));
    const othersThan = (place: PlaceOrWall): PlaceOrWall[] => everywhere.filter((other) => other !== place);
    for (const from of everywhere)
      for (const family of exposed.includes(from) ? ([4, 6] as const) : ([4] as const))
        await Promise.all(
          othersThan(from).map((to) => tryPorts(topology.at(from), addressFrom(from, to, family))),
        );
    const table = readNetworkTable('Who may talk to whom');
    // Of a flood like that a busy machine loses something, and what is lost is not sent again: what has to arrive is tried once more.
    for (const from of everywhere)
      for (const to of othersThan(from)) {
        const named = [...(table.get(pairOf(from, to)) ?? [])].map((port) => Number(port.split(' ')[1]));
        if (named.length > 0) await tryPorts(topology.at(from), addressFrom(from, to, 4), named);
      }
    for (const to of everywhere) {
      const arrived = await readArrivals(to, topology.at(to), placeOfAddress);
      for (const pair of othersThan(to).map((from) => pairOf(from, to)))
        t.same([...(arrived.get(pair) ?? [])].toSorted(), [...(table.get(pair) ?? [])].toSorted(), pair);
    }
  },
);

t.test('what the wall lets through over IPv6 would be found', async (t) => {
  const allow = `nft insert rule inet consign forwarded ip6 daddr ${addressFrom('customer', 'web-front', 6)} tcp dport 1-1000 accept`;
  await topology.at('wall').shell(allow);
  const address = addressFrom('customer', 'web-front', 6);
  for (const ports of [[], [80, 443]]) await tryPorts(topology.at('customer'), address, ports);
  const arrived = await readArrivals('web-front', topology.at('web-front'), placeOfAddress);
  const found = [...(arrived.get(pairOf('customer', 'web-front')) ?? [])].filter((port) =>
    port.includes('6 '),
  );
  t.same(found.toSorted(), ['tcp6 443', 'tcp6 80'], 'the ports that the machine itself opens to everybody');
});
