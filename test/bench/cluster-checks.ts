// What the cluster holds after the work, beside what was acknowledged: the benchmark `cluster` ends with these. Caller:
// cluster-run.ts. Each check returns what it found wrong, in plain sentences; nothing found is the proof.
import { setTimeout as delay } from 'node:timers/promises';
import type { FetchProtocol } from './cluster-customer.ts';
import { findDifferences } from './cluster-differences.ts';
import type { KnownDelivery } from './cluster-record.ts';
import type { ClusterStage } from './cluster-stage.ts';
import type { Workplace } from './cluster-work.ts';

/** Reports and orders that were waiting have come by then. */
const settleWithinMs = 60_000;
const pollMs = 1000;
/** Deliveries of each state that are fetched, or are tried to be. */
const fetchedMax = 20;
const askedAtOnce = 8;

/** Looks until nothing is wrong, at most a minute; returns what still is. */
export async function checkCluster(place: Workplace): Promise<string[]> {
  const deadlineMs = performance.now() + settleWithinMs;
  let wrong = findDifferences(place);
  while (wrong.length > 0 && performance.now() < deadlineMs) {
    await delay(pollMs);
    wrong = findDifferences(place);
  }
  return [
    ...wrong,
    ...(await verifyChains(place.stage)),
    ...(await checkFetching(place)),
    ...(await checkSessions(place)),
  ];
}

async function verifyChains(stage: ClusterStage): Promise<string[]> {
  const [database] = stage.databases;
  const verified = await database?.json<{ intact: boolean; explanation: string }>('audit', 'verify');
  return verified?.intact === true ? [] : [`The audit log: ${verified?.explanation}`];
}

/** What has ended can't be fetched, and what is live can. */
async function checkFetching({ doors, record }: Workplace): Promise<string[]> {
  const sample = (wanted: KnownDelivery['state']): KnownDelivery[] => {
    const all = record.deliveries.filter(({ state }) => state === wanted);
    const step = Math.max(1, Math.floor(all.length / fetchedMax));
    return all.filter((_one, index) => index % step === 0).slice(0, fetchedMax);
  };
  const wrong: string[] = [];
  const protocols: FetchProtocol[] = ['https', 'ftps', 'sftp'];
  const tryAll = async (state: 'live' | 'ended'): Promise<void> => {
    for (const [index, delivery] of sample(state).entries()) {
      const protocol = protocols[index % protocols.length] ?? 'https';
      const isFetched = await doors.fetch(delivery, protocol).then(
        () => true,
        () => false,
      );
      if (isFetched !== (state === 'live'))
        wrong.push(`Over ${protocol}, ${delivery.id} (${state}) is ${isFetched ? '' : 'not '}fetched.`);
    }
  };
  await tryAll('ended');
  await tryAll('live');
  return wrong;
}

/** Nobody who signed in was signed out. */
async function checkSessions({ doors, record, stage }: Workplace): Promise<string[]> {
  const waiting = [...record.sessions, ...stage.customers.map(({ session }) => session)];
  const wrong: string[] = [];
  const check = async (): Promise<void> => {
    for (let session = waiting.pop(); session !== undefined; session = waiting.pop()) {
      await doors
        .ask({ session, method: 'GET', path: '/api/v1/me' })
        .catch((error: Error) => wrong.push(`A session is not valid any more: ${error.message}.`));
    }
  };
  await Promise.all(Array.from({ length: askedAtOnce }, check));
  return wrong;
}
