// The whole runbook, run on machines of its own: from nothing to a first customer, then rotation, an upgrade, lost nodes and
// keys, a lost database, a web-front that was taken over, and PostgreSQL at a point in time. Afterwards the customer is served
// as before. Needs root.
import t from 'tap';
import { followRunbook } from './follow-runbook.ts';
import { prepareMachines } from './given.ts';
import { pairOf, readNetworkTable } from './network-table.ts';
import { countArrivals, readArrivals, tryPorts } from './port-probe.ts';
import { readRunbook } from './runbook.ts';
import { addressFrom, allPlaces, placeOfAddress } from './places.ts';
import { Topology } from './topology.ts';
import { visitAsCustomer } from './visit-as-customer.ts';

const content = 'the first release\n';
const takenOver = 12;
const lastChapter = Math.max(...readRunbook().map(({ number }) => number));

t.test('every command of the runbook does what it is for', { timeout: 900_000 }, async (t) => {
  const topology = await Topology.up(allPlaces);
  t.teardown(() => topology.down());
  await prepareMachines(topology);
  await followRunbook(topology, { from: 1, to: takenOver });
  // As the last of these chapters says, both are let in again.
  await followRunbook(topology, { from: 3, to: 4 });
  await followRunbook(topology, { from: takenOver + 1, to: lastChapter });
  topology.moveName('portal.example', 'balancer');
  const { fetched } = await visitAsCustomer(topology);
  t.same(fetched, { https: content, ftps: content, sftp: content }, 'the customer is served as before');
  const database = topology.at('internal-db');
  const verified = await database.shell('runuser -u consign -- consign --json audit verify');
  t.match(JSON.parse(verified), { intact: true });

  const pair = pairOf('internal-db-2', 'internal-db');
  await countArrivals(database);
  await tryPorts(topology.at('internal-db-2'), addressFrom('internal-db-2', 'internal-db', 4));
  const arrived = await readArrivals('internal-db', database, placeOfAddress);
  const expected = readNetworkTable('With a second internal-db').get(pair) ?? [];
  t.same([...(arrived.get(pair) ?? [])], [...expected], 'the second internal-db reaches what the table says');
});
