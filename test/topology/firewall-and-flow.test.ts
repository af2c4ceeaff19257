// The whole network of docs/network.md, brought up by the runbook's own commands: a customer signs in, asks for a file and
// fetches it in each way; what crosses the inner wall meanwhile is TLS; then every port of every machine is tried from every
// other one, and those of the document's table are open, and no others. Needs root.
import t from 'tap';
import { followRunbook } from './follow-runbook.ts';
import { prepareMachines } from './given.ts';
import { captureInnerWall, isAllTls } from './inner-wall.ts';
import { pairOf, readNetworkTable } from './network-table.ts';
import { countArrivals, readArrivals, tryAllPorts } from './port-probe.ts';
import { Topology, places, type Place, type PlaceOrWall } from './topology.ts';
import { visitAsCustomer } from './visit-as-customer.ts';

const content = 'the first release\n';
const everywhere: readonly PlaceOrWall[] = [...(Object.keys(places) as Place[]), 'wall'];
const linkPort = 8445;

const topology = await Topology.up();
t.teardown(() => topology.down());
await prepareMachines(topology);

t.test(
  'the runbook brings it up, and a customer fetches a file in three ways',
  { timeout: 500_000 },
  async (t) => {
    await followRunbook(topology, { from: 1, to: 2 });
    const capture = await captureInnerWall(topology);
    await followRunbook(topology, { from: 3, to: 5 });
    const { password, fetched } = await visitAsCustomer(topology);
    t.same(fetched, { https: content, ftps: content, sftp: content });
    const status = await topology.at('internal-db').shell('runuser -u consign -- consign --json status');
    t.match(JSON.parse(status), { nodes: [{ name: 'ftp1', description: { jailed: true } }] });

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
  { timeout: 500_000 },
  async (t) => {
    const addressOf = (to: PlaceOrWall, from: PlaceOrWall): string =>
      to === 'wall' ? places[from as Place].gateway : places[to].address;
    const wallAddresses = new Set<string>(Object.values(places).map(({ gateway }) => gateway));
    const placeOfAddress = (address: string): PlaceOrWall => {
      if (wallAddresses.has(address)) return 'wall';
      const found = (Object.keys(places) as Place[]).find((place) => places[place].address === address);
      if (found === undefined) throw new Error(`Nobody has the address ${address}.`);
      return found;
    };
    await Promise.all(everywhere.map((place) => countArrivals(topology.at(place))));
    const isTried = (from: PlaceOrWall, to: PlaceOrWall): boolean => from !== to && from !== 'wall';
    for (const from of everywhere)
      await Promise.all(
        everywhere
          .filter((to) => isTried(from, to))
          .map((to) => tryAllPorts(topology.at(from), addressOf(to, from))),
      );
    const table = readNetworkTable();
    for (const to of everywhere) {
      const arrived = await readArrivals(to, topology.at(to), placeOfAddress);
      for (const from of everywhere.filter((place) => isTried(place, to))) {
        const pair = pairOf(from, to);
        t.same([...(arrived.get(pair) ?? [])].toSorted(), [...(table.get(pair) ?? [])].toSorted(), pair);
      }
    }
  },
);
