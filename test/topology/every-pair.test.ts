// The firewalls alone, with two of each machine and a balancer: network namespaces with the rules of deploy/nftables, nothing else. Each
// machine tries each other and the wall, over IPv4 and IPv6, at every port that a rule or a row of docs/network.md names and at others
// beside them: what the document's tables say is open, for either twin, and nothing else. All 65,535 ports, with one machine of
// each role, are tried by firewall-and-flow.test.ts. Needs root.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { ip } from '../rig/network-machines.ts';
import { plainCommand } from '../rig/plain-process.ts';
import { runProgram } from '../rig/run-program.ts';
import { pairOf, readNetworkTable } from './network-table.ts';
import { addressFrom, allPlaces, placeOfAddress, places, type PlaceOrWall } from './places.ts';
import { countArrivals, readArrivals, tryPorts, type ProbedMachine } from './port-probe.ts';
import { wireNetworks } from './wire-networks.ts';

const skip = process.getuid?.() === 0 ? false : 'network namespaces need root';
const rules = join(import.meta.dirname, '..', '..', 'deploy', 'nftables');
const everywhere: readonly PlaceOrWall[] = [...allPlaces, 'wall'];
/** Where no rules of Consign's are. */
const withoutRules: readonly PlaceOrWall[] = ['customer', 'administration'];
const [shipped, balanced, turned] = [
  'Who may talk to whom',
  'With a balancer',
  'With an internal-db that dials out',
].map((chapter) => readNetworkTable(chapter));
/** Ports that nothing of ours has. */
const strangePorts = [1, 25, 445, 3306, 3389, 5432, 6379, 8080, 9100, 40_000, 65_535];

/** What the runbook's chapters 14 and 15 change in network.nft. */
const withBalancer = { portals: places.balancer.address };
const thatDialsOut = {
  ...withBalancer,
  dialling_in: '0.0.0.0',
  dialling_out: `${places['internal-db'].address}, ${places['internal-db-2'].address}`,
};

function namespaceOf(place: PlaceOrWall): string {
  return `cse${process.pid}${place}`;
}

function machineAt(place: PlaceOrWall): ProbedMachine {
  const run: ProbedMachine['run'] = (command, args = [], input = '') =>
    runProgram('ip', ['netns', 'exec', namespaceOf(place), ...plainCommand(command, args).flat()], { input });
  return { name: place, run };
}

/** A place's role: its twin's is the same. */
function roleOf(place: PlaceOrWall): string {
  return place.replace(/-2$/, '');
}

async function loadRules(changes: Readonly<Record<string, string>>): Promise<void> {
  const network = Object.entries(changes).reduce(
    (text, [name, value]) =>
      text.replace(new RegExp(`^define ${name} = .*$`, 'm'), `define ${name} = { ${value} }`),
    readFileSync(join(rules, 'network.nft'), 'utf8'),
  );
  for (const place of everywhere.filter((each) => !withoutRules.includes(each))) {
    const own = readFileSync(join(rules, `${roleOf(place)}.nft`), 'utf8');
    const input = own.replace('include "/etc/consign/network.nft"', network);
    const { code, stderr } = await machineAt(place).run('nft', ['-f', '-'], input);
    if (code !== 0) throw new Error(`${place}: ${stderr}`);
  }
}

/** What arrives at each machine from each other one. */
async function tryEverything(): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
  const named = [...(shipped?.values() ?? []), ...(balanced?.values() ?? []), ...(turned?.values() ?? [])];
  const known = named.flatMap((ports) => [...ports].map((port) => Number(port.split(' ')[1])));
  const ports = [...new Set([...known.flatMap((port) => [port - 1, port, port + 1]), ...strangePorts])];
  await Promise.all(everywhere.map((place) => countArrivals(machineAt(place))));
  for (const from of everywhere) {
    const others = everywhere.filter((to) => to !== from);
    await Promise.all(
      others.flatMap((to) =>
        ([4, 6] as const).map((family) => tryPorts(machineAt(from), addressFrom(from, to, family), ports)),
      ),
    );
  }
  const arrived = await Promise.all(
    everywhere.map((place) => readArrivals(place, machineAt(place), placeOfAddress)),
  );
  return new Map(arrived.flatMap((each) => [...each]));
}

t.test('every machine reaches of every other what the tables say', { skip, timeout: 800_000 }, async (t) => {
  t.teardown(() => {
    for (const place of everywhere) ip('netns', 'delete', namespaceOf(place));
  });
  for (const place of everywhere) {
    ip('netns', 'add', namespaceOf(place));
    ip('-n', namespaceOf(place), 'link', 'set', 'lo', 'up');
  }
  wireNetworks(namespaceOf, allPlaces);
  const link = pairOf('web-front', 'internal-db');

  for (const [title, changes] of [
    ['with a balancer', withBalancer],
    ['with internal-dbs that dial out', thatDialsOut],
  ] as const) {
    await loadRules(changes);
    const arrived = await tryEverything();
    const dialsOut = changes === thatDialsOut;
    for (const from of everywhere)
      for (const to of everywhere.filter((place) => place !== from)) {
        const pair = pairOf(roleOf(from) as PlaceOrWall, roleOf(to) as PlaceOrWall);
        const isTwin = roleOf(from) === roleOf(to);
        const isReplaced = pair === pairOf('customer', 'web-front') || (dialsOut && pair === link);
        const expected = [
          ...(isTwin || isReplaced ? [] : (shipped?.get(pair) ?? [])),
          ...(balanced?.get(pair) ?? []),
          ...(dialsOut ? (turned?.get(pair) ?? []) : []),
        ];
        const found = [...(arrived.get(pairOf(from, to)) ?? [])];
        t.same(found.toSorted(), expected.toSorted(), `${title}: ${pairOf(from, to)}`);
      }
  }
});
