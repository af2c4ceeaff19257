// Agents as the portal's entrance sees them: signed beats and requests for catalogs over HTTPS, from many addresses, over connections
// that stay or over one each. Caller: fleet-benchmark.ts.
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { Client } from 'undici';
import { beginMessage, beginRequest, signApplianceMessage } from '#commlink/fleet/appliance-message.ts';
import type { Beat } from '#commlink/fleet/beat.ts';
import type { BenchAppliance } from './fleet-population.ts';
import type { PortalPlace } from './portal-load.ts';

/** What was measured. */
export interface FleetTimes {
  readonly latenciesMs: readonly number[];
  readonly elapsedMs: number;
  /** Answers by status. */
  readonly statuses: ReadonlyMap<number, number>;
}

/** How the agents come. */
export interface FleetPlan {
  readonly connections: number;
  /** A new connection, with its handshake, for each request. */
  readonly isFresh: boolean;
  /** Requests a second of all together; null: each asks again as soon as it has its answer. */
  readonly pacePerSecond: number | null;
}

type Ask = (client: Client, appliance: BenchAppliance) => Promise<number>;

const bootId = randomBytes(8).toString('hex');

/** The next beat of an appliance, as its agent signs it. `digests`: what it says is installed. */
function signedBeat(appliance: BenchAppliance): string {
  appliance.counter += 1;
  const beat: Beat = {
    ...beginMessage(appliance.uid, Date.now()),
    cause: 'cycle',
    bootId,
    counter: appliance.counter,
    agentVersion: '1.0.0',
    clockOffsetMs: 12,
    machine: {
      loadAverage: 0.31,
      memoryFreeBytes: 1_200_000_000,
      memoryBytes: 4_000_000_000,
      diskFreeBytes: 9_000_000_000,
      diskBytes: 32_000_000_000,
      uptimeSeconds: 86_400,
    },
    hardware: 'ab'.repeat(32),
    catalog: { sha256: 'cd'.repeat(32), version: 1_800_000_000 },
    installed: [],
    files: [],
    results: [],
    plugins: [{ name: 'disk', phase: 'initial', exitCode: 0, output: '', data: '{"temperature":41}' }],
    problems: [],
    waiting: [],
    downloads: { bytes: 0, resumed: 0, source: null },
  };
  return signApplianceMessage('beat', beat, appliance.key);
}

/** Beats. */
export const askBeat: Ask = async (client, appliance) => {
  const { statusCode, body } = await client.request({
    method: 'POST',
    path: '/fleet/v1/beats',
    headers: { 'content-type': 'text/plain' },
    body: signedBeat(appliance),
  });
  await body.dump();
  return statusCode;
};

/** Fetches the catalog, with the mark of the one that it has. */
export const askCatalog: Ask = async (client, appliance) => {
  const message = signApplianceMessage(
    'catalog-request',
    beginRequest(appliance.uid, Date.now(), { counter: appliance.counter, bootId }),
    appliance.key,
  );
  const known = appliance.etag === '' ? {} : { 'if-none-match': appliance.etag };
  const { statusCode, headers, body } = await client.request({
    method: 'GET',
    path: '/fleet/v1/catalog?directorRoot=1&packagesRoot=1',
    headers: { authorization: `Consign-Appliance ${message}`, ...known },
  });
  await body.dump();
  appliance.etag = String(headers['etag'] ?? '');
  return statusCode;
};

/** Has each appliance wait for a ping, over a connection of its own, once all are open. `end` tells how many still waited, and lets go. */
export async function holdPings(portal: PortalPlace, appliances: readonly BenchAppliance[]) {
  let waitingCount = appliances.length;
  const asked = appliances.map((appliance, index) => {
    const client = connect(portal, index);
    const known = { counter: appliance.counter, bootId };
    const request = beginRequest(appliance.uid, Date.now(), known);
    const message = signApplianceMessage('ping-request', request, appliance.key);
    const headers = { authorization: `Consign-Appliance ${message}` };
    const answered = (): void => {
      waitingCount -= 1;
    };
    const connected = once(client, 'connect');
    const answer = client
      .request({ method: 'GET', path: '/fleet/v1/pings', headers })
      .then(answered, answered);
    return { client, isOpen: Promise.race([connected, answer]) };
  });
  await Promise.all(asked.map(({ isOpen }) => isOpen));
  return {
    end: async (): Promise<number> => {
      const stillWaiting = waitingCount;
      await Promise.all(asked.map(({ client }) => client.destroy()));
      return stillWaiting;
    },
  };
}

/** Lets each appliance ask once. */
export async function askAll(
  portal: PortalPlace,
  appliances: readonly BenchAppliance[],
  { ask, plan }: { ask: Ask; plan: FleetPlan },
): Promise<FleetTimes> {
  const latenciesMs: number[] = [];
  const statuses = new Map<number, number>();
  const startMs = performance.now();
  let next = 0;
  const work = async (connection: number): Promise<void> => {
    let client = connect(portal, connection);
    for (;;) {
      const index = next;
      const appliance = appliances[index];
      next += 1;
      if (!appliance) break;
      // Measured from when it was to be sent: a portal that is late is not spared the ones behind.
      const dueMs =
        plan.pacePerSecond === null ? performance.now() : startMs + (index * 1000) / plan.pacePerSecond;
      const waitMs = dueMs - performance.now();
      if (waitMs > 0) await delay(waitMs);
      const status = await ask(client, appliance);
      latenciesMs.push(performance.now() - dueMs);
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
      if (!plan.isFresh) continue;
      await client.close();
      client = connect(portal, connection);
    }
    await client.close();
  };
  await Promise.all(Array.from({ length: plan.connections }, (_value, index) => work(index)));
  return { latenciesMs, elapsedMs: performance.now() - startMs, statuses };
}

/** From an address of its own: the portal bounds what comes from one. */
function connect({ origin, certificate }: PortalPlace, connection: number): Client {
  const localAddress = `127.0.${1 + (connection % 100)}.${1 + Math.floor(connection / 100)}`;
  return new Client(origin, { localAddress, connect: { ca: certificate }, pipelining: 1 });
}
