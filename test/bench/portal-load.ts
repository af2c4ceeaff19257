// Browsers that load the portal over kept-alive HTTPS connections, as fast as they can or at a steady pace, and people who
// sign in. Callers: portal-benchmark.ts, portal-browsers.ts.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { Client } from 'undici';
import { Visitor } from '../web-front/portal-fixture.ts';

/** Connecting, and the last answers, beside the load itself. */
const loadGraceMs = 60_000;

/** Where the portal is, and the certificate that proves it. */
export interface PortalPlace {
  readonly origin: string;
  readonly certificate: string;
}

/** What was measured: each answer, and how long all of them took. */
export interface LoadTimes {
  readonly latenciesMs: readonly number[];
  readonly elapsedMs: number;
}

/** What was measured of pages. */
export interface PageTimes extends LoadTimes {
  /** Of one answer's body. */
  readonly bodyBytes: number;
  /** The longest time for which these browsers, one program, could not look: it is in the latencies, but not the portal's. */
  readonly ownStallMs: number;
}

/** What to ask for, by how many, for how long. */
export interface LoadPlan {
  readonly path: string;
  readonly connections: number;
  readonly durationMs: number;
  /** Requests a second of all together, spread evenly; null: each asks again as soon as it has its answer. */
  readonly pacePerSecond: number | null;
  /** Session tokens; each request is of another customer. */
  readonly sessions: readonly string[];
  /** Must stand in every answer. */
  readonly expected: string;
}

/**
 * Loads pages over connections that are open already: fifty handshakes at once hold up the first answers on both sides, and
 * would be measured as the page's slowest. Throws for an answer that is not the page.
 */
export async function loadPages(portal: PortalPlace, plan: LoadPlan): Promise<PageTimes> {
  const clients = Array.from(
    { length: plan.connections },
    () => new Client(portal.origin, { connect: { ca: portal.certificate }, pipelining: 1 }),
  );
  const latenciesMs: number[] = [];
  // As the product's programs are started: marking the heap would stop all browsers at once.
  setFlagsFromString('--heap-growing-percent=300');
  const ownDelays = monitorEventLoopDelay({ resolution: 1 });
  let bodyBytes = 0;
  try {
    await Promise.all(clients.map((client, index) => loadPage(client, plan, sessionOf(plan, index))));
    ownDelays.enable();
    const startMs = performance.now();
    const endMs = startMs + plan.durationMs;
    await Promise.all(
      clients.map(async (client, clientIndex) => {
        for (let count = clientIndex; performance.now() < endMs; count += plan.connections) {
          // What is late counts from when it was due, so that a pause of the server's is not left out.
          const sentMs = await untilDue(plan, { startMs, count });
          bodyBytes = await loadPage(client, plan, sessionOf(plan, count));
          latenciesMs.push(performance.now() - sentMs);
        }
      }),
    );
    const elapsedMs = performance.now() - startMs;
    return { latenciesMs, elapsedMs, bodyBytes, ownStallMs: ownDelays.max / 1e6 };
  } finally {
    ownDelays.disable();
    await Promise.all(clients.map((client) => client.close()));
  }
}

/** Browsers in a process of their own, whose heap holds nothing else. */
export interface Browsers {
  readonly pid: number;
  readonly load: (plan: LoadPlan) => Promise<PageTimes>;
  readonly stop: () => Promise<void>;
}

/** Starts them; whatever one load throws is thrown by it here. */
export function startBrowsers(portal: PortalPlace): Browsers {
  const program = path.join(import.meta.dirname, 'portal-browsers.ts');
  const child = fork(program, { serialization: 'advanced' });
  return {
    pid: child.pid ?? 0,
    load: async (plan) => {
      const ended = AbortSignal.timeout(Math.ceil(plan.durationMs) + loadGraceMs);
      const answer = once(child, 'message', { signal: ended }) as Promise<[PageTimes | { fault: string }]>;
      child.send({ portal, plan });
      const [times] = await answer;
      if ('fault' in times) throw new Error(times.fault);
      return times;
    },
    stop: async () => {
      const exited = once(child, 'exit');
      child.disconnect();
      await exited;
    },
  };
}

function sessionOf({ sessions }: LoadPlan, count: number): string {
  return sessions[count % sessions.length] ?? '';
}

async function untilDue(
  { pacePerSecond }: LoadPlan,
  { startMs, count }: { startMs: number; count: number },
): Promise<number> {
  if (pacePerSecond === null) return performance.now();
  const dueMs = startMs + (count * 1000) / pacePerSecond;
  const waitMs = dueMs - performance.now();
  if (waitMs > 0) await delay(waitMs);
  return waitMs > 0 ? performance.now() : dueMs;
}

async function loadPage(client: Client, { path, expected }: LoadPlan, session: string): Promise<number> {
  const headers = { cookie: `__Host-consign-session=${session}`, accept: 'text/html' };
  const { statusCode, body } = await client.request({ path, method: 'GET', headers });
  const text = await body.text();
  if (statusCode === 200 && text.includes(expected)) return Buffer.byteLength(text);
  throw new Error(`${path} was answered with ${statusCode}: ${text.slice(0, 200)}`);
}

/** Signs people in with their passwords, so many at a time, each as a browser would. */
export async function signInAll(
  portal: PortalPlace,
  plan: { userNames: readonly string[]; password: string; atOnce: number },
): Promise<LoadTimes> {
  const waiting = [...plan.userNames];
  const latenciesMs: number[] = [];
  const startMs = performance.now();
  const work = async (): Promise<void> => {
    for (let username = waiting.pop(); username !== undefined; username = waiting.pop()) {
      const visitor = new Visitor(portal);
      const sentMs = performance.now();
      const { status } = await visitor.signIn({ username, password: plan.password });
      latenciesMs.push(performance.now() - sentMs);
      await visitor.close();
      if (status !== 303) throw new Error(`The sign-in of ${username} was answered with ${status}.`);
    }
  };
  await Promise.all(Array.from({ length: plan.atOnce }, work));
  return { latenciesMs, elapsedMs: performance.now() - startMs };
}
