// The upgrade of the runbook's chapter 8 between two versions of the code: the network with two of each is brought up with an older one,
// then each machine is restarted with this one, in the order of that chapter. After each restart, with nodes of both versions side by
// side, a customer is served; and one who asks the portal without pause is refused in the seconds of internal-db's restart alone.
// CONSIGN_UPGRADE_FROM names the older version (HACKING.md). Needs root.
import t from 'tap';
import { waitFor } from '../rig/running-consign.ts';
import { askWithoutPause } from './ask-without-pause.ts';
import { followRunbook } from './follow-runbook.ts';
import { prepareMachines } from './given.ts';
import { checkOutOlderVersion } from './older-version.ts';
import { readRunbook, selectChapters, type RunbookBlock } from './runbook.ts';
import { allPlaces, type PlaceOrWall } from './places.ts';
import { Topology } from './topology.ts';
import { visitAsCustomer } from './visit-as-customer.ts';

const content = 'the first release\n';
const servedWithinMs = 180_000;
const refusedMsMax = 30_000;
const upgrade = 8;
const moreOfEach = 14;
/** The desk is upgraded last: a newer command may write settings that older nodes don't know. */
const nodes = ['internal-db', 'web-front', 'web-front-2', 'ftp-node', 'ftp-node-2'] as const;
/** After these blocks no node is drained or about to be restarted. */
const afterwardsServed = /restart consign-(?:web-front|internal-db)|draining false/;

const older = checkOutOlderVersion();
t.teardown(() => older.remove());
const topology = await Topology.up(allPlaces, older.folder);
t.teardown(() => topology.down());

/** The process of each node's unit. */
async function mainPids(): Promise<string[]> {
  const ask = async (place: PlaceOrWall): Promise<string> => {
    const unit = `consign-${place.replace(/-2$/, '')}`;
    return (await topology.at(place).shell(`systemctl show --property MainPID --value ${unit}`)).trim();
  };
  return Promise.all(nodes.map(ask));
}

async function isServed(): Promise<boolean> {
  try {
    const { fetched } = await visitAsCustomer(topology);
    return Object.values(fetched).every((text) => text === content);
  } catch (error) {
    // What a program on the customer's machine said while something is being restarted.
    if (!/^(?:The portal|On customer)/.test((error as Error).message)) throw error;
    return false;
  }
}

/** The chapter's blocks, those for an FTP node or a web-front again for the second one. */
function blocksForTwoOfEach(): RunbookBlock[] {
  const blocks = selectChapters(readRunbook(), { from: upgrade, to: upgrade });
  const twins = { 'ftp-node': 'ftp-node-2', 'web-front': 'web-front-2' } as const;
  const twinOf = (block: RunbookBlock): RunbookBlock => ({
    ...block,
    place: twins[block.place as keyof typeof twins] ?? block.place,
    script: block.script.replaceAll('ftp1', 'ftp2'),
  });
  const ftpEnd = blocks.findIndex(({ script }) => script.includes('draining false')) + 1;
  const webEnd = blocks.findIndex(({ place }) => place === 'web-front') + 1;
  const [ftp, web] = [blocks.slice(0, ftpEnd), blocks.slice(ftpEnd, webEnd)];
  return [...ftp, ...ftp.map(twinOf), ...web, ...web.map(twinOf), ...blocks.slice(webEnd)];
}

t.test(`from ${older.commit} machine by machine`, { timeout: 800_000 }, async (t) => {
  await prepareMachines(topology);
  await followRunbook(topology, { from: 1, to: 6 });
  await followRunbook(topology, { from: moreOfEach, to: moreOfEach });
  topology.moveName('portal.example', 'balancer');
  t.ok(await isServed(), 'the older version serves the customer');
  const before = await mainPids();
  await Promise.all(nodes.map((place) => topology.at(place).upgrade()));

  const asking = await askWithoutPause(topology);
  let databaseFromMs = Number.POSITIVE_INFINITY;
  for (const { place, script } of blocksForTwoOfEach()) {
    if (script.includes('restart consign-internal-db')) databaseFromMs = Date.now();
    await topology.at(place).shell(script);
    if (!afterwardsServed.test(script)) continue;
    await waitFor('a visit', isServed, servedWithinMs);
    t.pass(`the customer is served after, on ${place}:\n${script}`);
  }
  const asked = await asking.stop();
  const refused = asked.filter(({ outcome }) => outcome !== '200');
  t.same(
    refused.filter(({ atMs }) => atMs < databaseFromMs),
    [],
    `of ${asked.length} requests none failed while FTP nodes and web-fronts were restarted`,
  );
  const refusedMs = (refused.at(-1)?.atMs ?? 0) - (refused[0]?.atMs ?? 0);
  t.ok(refusedMs < refusedMsMax, `internal-db's restart cost ${refused.length} requests in ${refusedMs} ms`);

  await topology.at('administration').upgrade();
  const after = await mainPids();
  for (const [index, place] of nodes.entries()) t.not(after[index], before[index], `${place} was restarted`);
  t.ok(await isServed());
  const database = topology.at('internal-db');
  const verified = await database.shell('runuser -u consign -- consign --json audit verify');
  t.match(JSON.parse(verified), { intact: true });
  const listed = await topology.at('administration').shell('consign --at 10.30.0.10:8447 node list');
  t.match(listed, /db1 .*web1 .*ftp1 .*web2 .*ftp2 /s, 'the new desk knows the cluster');
});
