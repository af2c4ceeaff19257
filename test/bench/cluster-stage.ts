// A whole cluster on this machine for the benchmark `cluster`: PostgreSQL, two internal-dbs, two web-fronts and FTP nodes, each a
// process of its own with the ordinary launcher; products that every node has, and customers. Caller: cluster-run.ts.
import { randomBytes } from 'node:crypto';
import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { joinNode, publishAt } from '../rig/joined-node.ts';
import { PostgresServer } from '../rig/postgres-server.ts';
import { startConsign, type RunningConsign } from '../rig/running-consign.ts';
import { seedCustomers, type ClusterSize, type SeededCustomer } from './cluster-population.ts';

/** What runs. `machines` by the name of the node that the machine was let in for; db1, web1 and ftp1 are on one. */
export interface ClusterStage {
  readonly server: PostgresServer;
  readonly database: string;
  readonly machines: ReadonlyMap<string, RunningConsign>;
  readonly databases: readonly RunningConsign[];
  readonly fronts: readonly RunningConsign[];
  /** By the node's name. */
  readonly ftpNodes: ReadonlyMap<string, RunningConsign>;
  readonly customers: readonly SeededCustomer[];
}

/** What to make. */
export interface StagePlan extends ClusterSize {
  readonly ftpNodeCount: number;
}

/** The product that every customer has. */
export const commonProduct = 'bench-0';
/** The product that staff grant and take back. */
export const grantedProduct = 'bench-extra';
/** The release of each of the two. */
export const releasedVersion = '1.0.0';
/** The files of that release. */
export const releasedFiles = ['one.bin', 'two.bin', 'three.bin'] as const;

const fileBytes = 65_536;
const unlimited = '1000000';

interface Teardown {
  readonly teardown: (done: () => Promise<void>) => void;
}

/** Brings it up; `t` takes it down again. */
export async function startCluster(t: Teardown, plan: StagePlan): Promise<ClusterStage> {
  const server = await PostgresServer.start();
  t.teardown(() => server.remove());
  const first = await startConsign(t);
  const files = await makeFiles(t);
  for (let number = 0; number < plan.productsPerAccount; number += 1)
    await first.json('product', 'create', `bench-${number}`);
  await first.json('product', 'create', grantedProduct);
  await publishBoth((release) => first.json('publish', ...release), files);

  const database = server.createDatabase();
  const choice = path.join(path.dirname(files[0] ?? ''), 'database.json');
  await writeFile(choice, JSON.stringify({ engine: 'postgres', ...server.settingsOf(database) }), {
    mode: 0o600,
  });
  await first.stop();
  await first.json('db', 'copy', choice);
  await first.start();
  const second = await joinNode(t, first, {
    role: 'internal-db',
    name: 'db2',
    prepare: (state) => copyFile(choice, path.join(state, 'internal-db', 'database.json')),
  });
  const otherFront = await joinNode(t, first, { role: 'web-front', name: 'web2' });
  const ftpNodes = new Map([['ftp1', first]]);
  for (let number = 2; number <= plan.ftpNodeCount; number += 1) {
    const name = `ftp${number}`;
    const node = await joinNode(t, first, { role: 'ftp-node', name });
    ftpNodes.set(name, node);
    await publishBoth((release) => publishAt(node, first, release), files);
  }
  await liftLimits(first, [...ftpNodes.keys()]);
  const customers = await seedCustomers({ server, database }, plan);
  const machines = new Map([['db1', first], ['db2', second], ['web2', otherFront], ...ftpNodes]);
  machines.delete('ftp1');
  const [databases, fronts] = [
    [first, second],
    [first, otherFront],
  ];
  return { server, database, machines, databases, fronts, ftpNodes, customers };
}

async function makeFiles(t: Teardown): Promise<string[]> {
  const folder = await mkdtemp(path.join(tmpdir(), 'consign-cluster-'));
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  const files = releasedFiles.map((name) => path.join(folder, name));
  for (const file of files) await writeFile(file, randomBytes(fileBytes));
  return files;
}

async function publishBoth(
  publish: (release: readonly string[]) => Promise<unknown>,
  files: readonly string[],
): Promise<void> {
  for (const product of [commonProduct, grantedProduct]) await publish([product, releasedVersion, ...files]);
}

/** All customers come from one address here. */
async function liftLimits(first: RunningConsign, ftpNames: readonly string[]): Promise<void> {
  const limits = ['signInsPerMinute', 'apiRequestsPerMinute', 'pageRequestsPerMinute'];
  const ofFtp = ['connectionsPerAddressMax', 'transfersPerAccountPerSecondMax', 'transfersPerAddressMax'];
  const paths = [
    ...['web1', 'web2'].flatMap((name) => limits.map((limit) => `${name}/limits/${limit}`)),
    ...ftpNames.flatMap((name) => ofFtp.map((limit) => `${name}/limits/${limit}`)),
    ...['db1', 'db2'].map((name) => `${name}/bans/failuresMax`),
  ];
  await first.configure(...paths.flatMap((name) => [name, unlimited]));
}
