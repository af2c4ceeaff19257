// A customer's timeline: what was changed for it, what it asked for and downloaded, who logged in and who was refused, newest
// first in pages. Put together from the audit log, the downloads and the journal of logins. Called by account-routes.ts.
import { decodeCursor, encodeCursor, type Cursor } from '#commlink/methods/paging.ts';
import type { AccountRecord } from '../../store/accounts.ts';
import type { AccessEventRecord } from '../../store/access-events.ts';
import type { AuditRecord } from '../../store/audit.ts';
import type { PastDownloadRecord } from '../../store/downloads.ts';
import type { StoreReads } from '../../store/store.ts';
import { mergePages, type SortedList } from './merge-pages.ts';

/** What a timeline can be narrowed to. */
export const timelineKinds = ['change', 'delivery', 'download', 'login', 'refusal'] as const;
/** One of them. */
export type TimelineKind = (typeof timelineKinds)[number];

/** Something that happened. */
export type TimelineEvent = { readonly atMs: number; readonly id: string | number } & (
  | { readonly source: 'audit'; readonly kind: TimelineKind; readonly entry: AuditRecord }
  | { readonly source: 'download'; readonly kind: 'download'; readonly download: PastDownloadRecord }
  | { readonly source: 'access'; readonly kind: 'login' | 'refusal'; readonly access: AccessEventRecord }
);

/** A page of it. */
export interface TimelinePage {
  readonly events: readonly TimelineEvent[];
  readonly next: Cursor | null;
}

/** What the audit log says of an account, its name being the first word of the subject, and what kind of event that is. */
export const auditKinds: Readonly<Record<string, TimelineKind>> = {
  'account.create': 'change',
  'account.suspend': 'change',
  'account.activate': 'change',
  'account.place': 'change',
  'user.create': 'change',
  'entitlement.grant': 'change',
  'entitlement.extend': 'change',
  'entitlement.revoke': 'change',
  'licence.accept': 'change',
  'token.create': 'change',
  'token.revoke': 'change',
  'sshKey.add': 'change',
  'sshKey.remove': 'change',
  'secondFactor.totpOn': 'change',
  'secondFactor.totpOff': 'change',
  'secondFactor.passkeyOn': 'change',
  'secondFactor.passkeyOff': 'change',
  'secondFactor.recoveryCodes': 'change',
  'secondFactor.reset': 'change',
  'member.invite': 'change',
  'member.changeRole': 'change',
  'member.remove': 'change',
  'invitation.accept': 'change',
  'invitation.withdraw': 'change',
  'email.request': 'change',
  'email.confirm': 'change',
  'profile.update': 'change',
  'password.change': 'change',
  'password.requestReset': 'change',
  'password.reset': 'change',
  'identity.link': 'change',
  'identity.unlink': 'change',
  'identity.refuse': 'refusal',
  'enrolmentCode.create': 'change',
  'enrolmentCode.withdraw': 'change',
  'fleet.site': 'change',
  'session.end': 'change',
  'session.open': 'login',
  'session.close': 'login',
  'session.cut': 'change',
  'portalView.create': 'change',
  'portalView.open': 'login',
  'portalView.end': 'login',
  'delivery.request': 'delivery',
  'delivery.cancel': 'delivery',
  'delivery.move': 'delivery',
  'delivery.refuse': 'refusal',
};

/** Reads a page. RpcError `bad_request` for a cursor that is none. */
export async function readTimeline(
  store: StoreReads,
  account: AccountRecord,
  wanted: { kind: TimelineKind | null; after: Cursor | null; limit: number },
): Promise<TimelinePage> {
  const { kind, limit } = wanted;
  const after = readPlace(wanted.after);
  const includes = (one: TimelineKind) => kind === null || kind === one;
  const actions = Object.keys(auditKinds).filter((action) => includes(auditKinds[action] ?? 'change'));
  const lists = [
    { rows: ofAudit(store, account, actions), hasTextIds: false },
    { rows: includes('download') ? ofDownloads(store, account) : ofNothing, hasTextIds: true },
    { rows: ofAccess(store, account, includes), hasTextIds: false },
  ];
  const events = await mergePages(lists, { after, limit: limit + 1 });
  const last = events[limit - 1];
  const hasMore = events.length > limit && last !== undefined;
  return {
    events: events.slice(0, limit),
    next: hasMore ? encodeCursor([last.atMs, last.list, String(last.id)]) : null,
  };
}

const ofNothing: SortedList<TimelineEvent> = () => Promise.resolve([]);

/** The merged list's cursor: its second part says whether the third one is a number. */
function readPlace(cursor: Cursor | null) {
  const key = decodeCursor(cursor, ['number', 'number', 'string']);
  if (!key) return null;
  const [atMs, list, id] = key;
  return { atMs, list, id: list === 1 ? id : Number(id) };
}

function ofAudit(
  store: StoreReads,
  account: AccountRecord,
  actions: readonly string[],
): SortedList<TimelineEvent> {
  return async ({ after, limit }) => {
    const place = after && { atMs: after.atMs, id: Number(after.id) };
    const entries = await store.audit.about({ firstWord: account.name, actions, after: place, limit });
    return entries.map((entry) => ({
      source: 'audit',
      kind: auditKinds[entry.action] ?? 'change',
      atMs: entry.atMs,
      id: entry.sequence,
      entry,
    }));
  };
}

function ofDownloads(store: StoreReads, { id: accountId }: AccountRecord): SortedList<TimelineEvent> {
  const any = { product: null, downloadedBy: null, outcome: null, fromMs: null, untilMs: null };
  return async ({ after, limit }) => {
    const place = after && { startedAtMs: after.atMs, id: String(after.id) };
    const downloads = await store.downloads.page({ ...any, accountId, after: place, limit });
    return downloads.map((download) => ({
      source: 'download',
      kind: 'download',
      atMs: download.startedAtMs,
      id: download.id,
      download,
    }));
  };
}

function ofAccess(
  store: StoreReads,
  account: AccountRecord,
  includes: (kind: TimelineKind) => boolean,
): SortedList<TimelineEvent> {
  const [logins, refusals] = [includes('login'), includes('refusal')];
  if (!logins && !refusals) return ofNothing;
  const refused = logins === refusals ? null : refusals;
  return async ({ after, limit }) => {
    const place = after && { atMs: after.atMs, id: Number(after.id) };
    const events = await store.accessEvents.ofAccount(account.id, { after: place, refused, limit });
    return events.map((access) => ({
      source: 'access',
      kind: access.refusal === null ? 'login' : 'refusal',
      atMs: access.atMs,
      id: access.id,
      access,
    }));
  };
}
