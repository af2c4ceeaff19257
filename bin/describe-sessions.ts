// What runs at the delivery nodes, in words: a line for each session, and the sums. Callers: `consign sessions`, `node drain`.
import type { ResultOf } from '#commlink/method-table.ts';
import type { guardMethods } from '#commlink/methods/guard-methods.ts';
import type { LiveSession } from '#commlink/methods/live-session.ts';
import { formatBytes, formatSpan, formatTable } from './text.ts';

/** The nodes, each with its sessions. */
export type AskedNodes = ResultOf<typeof guardMethods, 'session.list'>['nodes'];

/** Characters of an id that tables show; `consign sessions cut` takes any beginning that is unique. */
const shownIdCharacters = 12;

/** Sums, the nodes that could not be asked, and a table. */
export function describeSessions(nodes: AskedNodes, nowMs: number): string[] {
  const rows = nodes.flatMap(({ name, listing }) =>
    (listing?.sessions ?? []).map((session) => ({ name, session })),
  );
  const fastestFirst = rows.toSorted((left, right) => speedOf(right.session) - speedOf(left.session));
  const table = formatTable(
    ['session', 'account', 'progress', 'speed', 'left', 'by', 'from', 'node', 'for', 'who', 'file'],
    fastestFirst.map(({ name, session }) => cellsOf(name, session, nowMs)),
  );
  return [
    describeSums(nodes),
    ...nodes.flatMap(({ name, listing, draining }) => describeNode(name, listing, draining)),
    ...(rows.length === 0 ? [] : ['', ...table.split('\n')]),
  ];
}

/** How much goes on at these nodes: `3 sessions, 2 transfers, 12.1 MiB/s`. */
export function describeSums(nodes: AskedNodes): string {
  const listings = nodes.flatMap(({ listing }) => listing ?? []);
  const sessions = listings.flatMap(({ sessions: some }) => some);
  const sessionCount = listings.reduce((sum, listing) => sum + listing.sessionCount, 0);
  const transfers = sessions.filter(({ transfer }) => transfer !== null);
  const bytesPerSecond = transfers.reduce((sum, session) => sum + speedOf(session), 0);
  const parts = [countOf(sessionCount, 'session'), countOf(transfers.length, 'transfer')];
  return [...parts, ...(transfers.length === 0 ? [] : [`${formatBytes(bytesPerSecond)}/s`])].join(', ');
}

function describeNode(name: string, listing: AskedNodes[number]['listing'], draining: boolean): string[] {
  if (listing === null) return [`${name} can't be reached: what runs there is not known.`];
  const hiddenCount = listing.sessionCount - listing.sessions.length;
  return [
    ...(draining ? [`${name} drains: it takes no new sessions.`] : []),
    ...(hiddenCount > 0 ? [`${name} has ${hiddenCount} more sessions than are listed here.`] : []),
  ];
}

/** What matters most comes first, for terminals that are not wide. */
function cellsOf(node: string, session: LiveSession, nowMs: number): string[] {
  const { transfer, account, username, principal } = session;
  const who = username ?? (principal === null ? '(no login yet)' : '(signed link)');
  return [
    session.id.slice(0, shownIdCharacters),
    account ?? '-',
    transfer === null ? describeIdle(session, nowMs) : describeProgress(transfer),
    transfer === null ? '-' : `${formatBytes(transfer.bytesPerSecond)}/s`,
    transfer === null ? '-' : describeLeft(transfer),
    session.protocol,
    session.address,
    node,
    formatSpan(wholeSeconds(nowMs - session.startedAtMs)),
    who,
    transfer?.path ?? '-',
  ];
}

type Transfer = NonNullable<LiveSession['transfer']>;

function describeProgress({ offsetBytes, sentBytes, sizeBytes }: Transfer): string {
  const atBytes = offsetBytes + sentBytes;
  const percent = sizeBytes === 0 ? 100 : Math.floor((100 * atBytes) / sizeBytes);
  return `${percent}% of ${formatBytes(sizeBytes)}`;
}

function describeLeft({ offsetBytes, sentBytes, sizeBytes, bytesPerSecond }: Transfer): string {
  const leftBytes = Math.max(0, sizeBytes - offsetBytes - sentBytes);
  return bytesPerSecond === 0 ? '?' : formatSpan(wholeSeconds((1000 * leftBytes) / bytesPerSecond));
}

function describeIdle({ idleSinceMs }: LiveSession, nowMs: number): string {
  return idleSinceMs === null ? '-' : `idle ${formatSpan(wholeSeconds(nowMs - idleSinceMs))}`;
}

function speedOf({ transfer }: LiveSession): number {
  return transfer?.bytesPerSecond ?? 0;
}

function wholeSeconds(spanMs: number): number {
  return Math.max(0, Math.round(spanMs / 1000)) * 1000;
}

function countOf(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}
