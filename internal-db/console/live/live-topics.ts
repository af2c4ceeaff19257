// Which pages are live, and what each is made from: the routes that show them read it here, too, so that both speak of the
// same. Called by live-routes.ts and by the routes of these pages.
import { describeMachines } from '../../admin/describe-status.ts';
import { findAccount } from '../../admin/find-by-name.ts';
import { readRollout } from '../../fleet/rollouts/rollout-administration.ts';
import { listSessions } from '../../admin/session-administration.ts';
import { timelineRowsMax } from '../../limits.ts';
import { periods, readDownloadStatistics } from '../../statistics/download-statistics.ts';
import { FormFields } from '../console-forms.ts';
import { readAppliance, readFleet } from '../fleet/read-fleet.ts';
import type { OperationsParts } from '../operations/operations-routes.ts';
import type { OverviewView } from '../operations/overview-page.ts';
import { readTimeline, timelineKinds } from '../support/timeline.ts';
import type { LiveTopic } from './live-watch.ts';

type Parts = Pick<OperationsParts, 'context' | 'facts'>;
type Sessions = Awaited<ReturnType<typeof listSessions>>['nodes'];

/** What the overview shows. */
export async function readOverview({ context, facts }: Parts): Promise<OverviewView> {
  const everything = { period: periods[0], productId: null, nodeName: null };
  return {
    alerts: facts.alerts.current(),
    liveDeliveries: await context.store.read.deliveries.liveCounts(),
    statistics: await readDownloadStatistics(context, everything),
  };
}

/** What the page of sessions shows; empty texts stand for all. */
export async function readSessions(
  { context }: Pick<Parts, 'context'>,
  { account, node }: { account: string; node: string },
): Promise<Sessions> {
  return (await listSessions(context, { account: account || null, node: node || null })).nodes;
}

/** The topic of a page's address; null for a page that is not live. */
export function topicOf(parts: Parts, page: string): LiveTopic | null {
  const { pathname, searchParams } = new URL(page, 'https://console.invalid');
  const query = new FormFields(Object.fromEntries(searchParams));
  if (pathname === '/') return { key: '/', read: () => readOverview(parts) };
  if (pathname === '/nodes') {
    return { key: '/nodes', read: () => describeMachines(parts.context, parts.facts) };
  }
  if (pathname === '/sessions') {
    const asked = { account: query.text('account'), node: query.text('node') };
    return { key: `/sessions ${JSON.stringify(asked)}`, read: () => readSessions(parts, asked) };
  }
  const fleetTopic = fleetTopicOf(parts, pathname);
  if (fleetTopic) return fleetTopic;
  const name = /^\/accounts\/([a-z0-9.-]+)$/.exec(pathname)?.[1];
  return name === undefined ? null : timelineTopic(parts, name, query);
}

function fleetTopicOf({ context }: Parts, pathname: string): LiveTopic | null {
  if (pathname === '/fleet') return { key: pathname, read: () => readFleet(context) };
  const uid = /^\/fleet\/appliances\/(apl_[A-Za-z0-9_-]{22})$/.exec(pathname)?.[1];
  if (uid !== undefined) return { key: pathname, read: () => readAppliance(context, uid) };
  const rollout = /^\/rollouts\/(rol_[A-Za-z0-9_-]{22})$/.exec(pathname)?.[1];
  if (rollout === undefined) return null;
  return { key: pathname, read: () => readRollout(context, { rollout }) };
}

/** The newest events of a customer. */
function timelineTopic({ context }: Parts, name: string, query: FormFields): LiveTopic {
  const kind = timelineKinds.find((one) => one === query.text('kind')) ?? null;
  const { read } = context.store;
  const wanted = { kind, after: null, limit: timelineRowsMax };
  return {
    key: `/accounts/${name} ${kind ?? ''}`,
    read: async () => (await readTimeline(read, await findAccount(read, name), wanted)).events,
  };
}
