// Seven real processes whose links all go through a proxy of ours: while the links are slow, break and are cut off, and
// nodes are killed outright in whatever they are doing, fifty changes of the configuration come into force; one version
// serves at a time, and in the end all have the same. SEED=n chooses the same troubles again.
import { setTimeout as delay } from 'node:timers/promises';
import t, { type Test } from 'tap';
import { formatVersion, type ClusterVersion } from '#commlink/configuration/protocol/cluster-version.ts';
import { ConfigurationError } from '#commlink/configuration/configuration-error.ts';
import { createLogger } from '#commlink/log.ts';
import type { ClusterStatus } from '#commlink/methods/operator-methods.ts';
import type { OperatorKeys } from '#commlink/operator/operator-keys.ts';
import { PublishError } from '#commlink/operator/publish-error.ts';
import { RpcError } from '#commlink/rpc-error.ts';
import type { ConfiguredCluster } from '../rig/configured-cluster.ts';
import { ServingRecord } from '../rig/serving-record.ts';
import { configureSevenNodes } from '../rig/seven-nodes.ts';
import { temporaryFolder } from '../rig/temporary-folder.ts';
import { Random } from '../rig/random.ts';
import { makeTrouble } from './bad-weather.ts';
import { chooseChange, publishRandomChange, type RandomChange } from './random-change.ts';
import { WatchedNodes, type Strike } from './watched-nodes.ts';

const changeCount = 50;
const strikePercent = 40;
const twoOperatorsPercent = 15;
const changeMsMax = 150_000;
/** One try at one node. */
const tryMsMax = 20_000;
const convergeMsMax = 90_000;
const pollMs = 50;

const seed = Number(process.env['SEED'] ?? Date.now() % 1_000_000);
const log = createLogger('test', 'silent');

/** What an operator meets who publishes while nodes are killed and cut off: to be tried again, elsewhere. */
const passing = /^(?:not_heard|stale|superseded|not_a_successor|cancelled|ENOENT|ECONN[A-Z]+|EPIPE)$/;

interface Trial {
  readonly cluster: ConfiguredCluster;
  readonly nodes: WatchedNodes;
  readonly random: Random;
  /** One line for each thing that went wrong. */
  readonly failures: string[];
}

/** Publishes a change at one node after the other until one says that it is in force. */
async function publishSomewhere(trial: Trial, change: RandomChange, operator: OperatorKeys): Promise<void> {
  const { cluster, random } = trial;
  const untilMs = performance.now() + changeMsMax;
  for (;;) {
    const name = cluster.names[random.between(0, cluster.names.length - 1)] ?? '';
    try {
      const client = await cluster.connect(name, log);
      try {
        const signal = AbortSignal.timeout(tryMsMax);
        await publishRandomChange(client, change, { operator, signal });
        return;
      } finally {
        client.close();
      }
    } catch (error) {
      // The try before this one came into force after all.
      if (error instanceof ConfigurationError && error.code === 'nothing_to_do') return;
      if (!isPassing(error) || performance.now() > untilMs || trial.failures.length > 0) throw error;
    }
    await delay(pollMs);
  }
}

function isPassing(error: unknown): boolean {
  if (error instanceof RpcError) return error.code !== 'bad_request' && error.code !== 'bad_reply';
  if (error instanceof PublishError || error instanceof ConfigurationError) return passing.test(error.code);
  return passing.test(String((error as NodeJS.ErrnoException).code));
}

function chooseStrike({ random, cluster }: Trial): Strike {
  const aim = random.pick<Strike['aim']>([
    ...(['anytime', 'anytime', 'staging', 'staged', 'ready', 'ready', 'installing'] as const),
  ]);
  return {
    node: cluster.names[random.between(0, cluster.names.length - 1)] ?? '',
    aim,
    waitMs: aim === 'anytime' ? random.between(0, 300) : 0,
    patienceMs: 1500,
    downMs: random.between(0, 300),
  };
}

/** Makes the changes, kills nodes in them, and returns once all nodes that were killed are up again. */
async function makeChanges(trial: Trial, count: number): Promise<void> {
  const { cluster, nodes, random, failures } = trial;
  const strikes: Promise<void>[] = [];
  for (let number = 1; number <= count && failures.length === 0;) {
    if (random.percent(strikePercent)) {
      const strike = chooseStrike(trial);
      const described = `${strike.node}, killed ${strike.aim}, did not start again`;
      const struck = nodes.strike(strike);
      strikes.push(struck.catch((error: unknown) => void failures.push(`${described}: ${String(error)}`)));
    }
    const operators = cluster.operators.slice(0, random.percent(twoOperatorsPercent) ? 2 : 1);
    const changes = operators.map((operator) => {
      const change = chooseChange(random, number, cluster.names);
      number += 1;
      return publishSomewhere(trial, change, operator).catch(
        (error: unknown) => void failures.push(`change ${JSON.stringify(change)}: ${String(error)}`),
      );
    });
    await Promise.all(changes);
  }
  await Promise.all(strikes);
}

/** Waits until all nodes have one version and go to no other; returns what they say, at the latest after a while. */
async function converge(nodes: WatchedNodes): Promise<ClusterStatus[]> {
  const untilMs = performance.now() + convergeMsMax;
  for (;;) {
    const statuses = await nodes.statuses();
    const versions = new Set(statuses.map(({ installed }) => formatVersion(installed)));
    if (versions.size === 1 && statuses.every(({ candidate }) => candidate === null)) return statuses;
    if (performance.now() > untilMs) return statuses;
    await delay(pollMs);
  }
}

async function historyAt({ cluster }: Trial, name: string): Promise<ClusterVersion[]> {
  const client = await cluster.connect(name, log);
  const { versions } = await client.call('config.history', {});
  client.close();
  return versions.map(({ version }) => version);
}

function describe(statuses: readonly ClusterStatus[]): string {
  const lines = statuses.map(({ node, installed, candidate, members, refused }) => {
    const own = members.find(({ id }) => id === node);
    const going = candidate ? `, ${own?.phase} for ${formatVersion(candidate)}` : '';
    const others = members.map(({ name, heardAgoMs }) => `${name} ${heardAgoMs}`).join(' ');
    return `${own?.name} at ${formatVersion(installed)}${going}; heard: ${others}; ${JSON.stringify(refused)}`;
  });
  return lines.join('\n');
}

async function checkEnd(t: Test, trial: Trial): Promise<void> {
  const { cluster, nodes } = trial;
  const statuses = await converge(nodes);
  const installed = new Set(statuses.map((status) => formatVersion(status.installed)));
  t.equal(statuses.length, cluster.names.length, 'all nodes are up');
  t.equal(installed.size, 1, `all have one version:\n${describe(statuses)}`);
  t.ok(
    statuses.every(({ candidate }) => candidate === null),
    'and go to no other',
  );
  const doubled = [...nodes.digests].filter(([, digests]) => digests.size > 1);
  t.strictSame(doubled, [], 'of two versions with one number only one was ever in force');
  t.strictSame(nodes.record.contradictions(), [], 'one version served at a time');
  const damaged = statuses.flatMap(({ refused }) => [refused['bad_signature'], refused['malformed']]);
  t.ok(
    damaged.every((count) => count === undefined),
    'nothing that was received was damaged',
  );
  const histories = await Promise.all(cluster.names.map((name) => historyAt(trial, name)));
  const [first = []] = histories;
  for (const history of histories) t.strictSame(history, first, 'all have gone through the same versions');
  t.ok(first.length > changeCount, 'each change was a version');
}

void t.test('a served version that is older than one served before is noticed', async (t) => {
  const record = new ServingRecord();
  record.note({ node: 'a', seq: 2, startMs: 10, endMs: 20 });
  record.note({ node: 'b', seq: 1, startMs: 15, endMs: 25 });
  t.strictSame(record.contradictions(), [], 'they may have been served one after the other');
  record.note({ node: 'b', seq: 1, startMs: 21, endMs: 22 });
  t.match(record.contradictions(), [/^b served version 1 1\.0 ms or more after a had served version 2$/]);
});

void t.test(
  `through fifty changes one version serves at a time, and all come to the last (SEED=${seed})`,
  { timeout: 900_000 },
  async (t) => {
    const directory = temporaryFolder(t);
    const policy = { messageIntervalMs: 100 };
    const seven = await configureSevenNodes({ directory, policy, operatorCount: 2, isProxied: true });
    t.teardown(() => seven.close());
    const nodes = new WatchedNodes(seven);
    t.teardown(() => nodes.stop());
    await nodes.start();
    const trial: Trial = { cluster: seven.cluster, nodes, random: new Random(seed), failures: [] };
    const end = new AbortController();
    const { proxies, proxiesOf, cluster } = seven;
    const trouble = makeTrouble(
      { names: cluster.names, proxies, proxiesOf },
      new Random(seed + 1),
      end.signal,
    );
    await makeChanges(trial, changeCount);
    end.abort();
    const troubles = await trouble;
    t.strictSame(trial.failures, [], `every change came into force:\n${describe(await nodes.statuses())}`);
    await checkEnd(t, trial);
    const { count, versionCount } = nodes.record;
    t.ok(versionCount > changeCount / 2, 'most versions were seen to serve');
    const kills = Object.values(nodes.killed).reduce((sum, each) => sum + each, 0);
    t.ok(kills >= 5, 'nodes were killed');
    const facts = { killed: nodes.killed, troubles, observations: count, versions: versionCount };
    t.comment(JSON.stringify(facts));
  },
);
