// A customer's timeline as a list: each event in a sentence, with who it was and from where. Called by account-page.ts.
import { renderPager, renderTabs, renderTag, type Mood } from '#commlink/pages/components/parts.ts';
import { html, type Html, type HtmlValue } from '#commlink/pages/html.ts';
import { sizeText, timeText } from '../texts/sizes-and-times.ts';
import type { AccountRecord } from '../../store/accounts.ts';
import type { AccessEventRecord } from '../../store/access-events.ts';
import type { AuditRecord } from '../../store/audit.ts';
import type { PastDownloadRecord } from '../../store/downloads.ts';
import { timelineTexts as texts } from '../texts/console-texts.ts';
import type { TimelineEvent, TimelineKind, TimelinePage } from './timeline.ts';

/** A page of it, and what it is narrowed to. */
export interface TimelineList extends TimelinePage {
  readonly kind: TimelineKind | null;
  readonly isFirst: boolean;
}

const kindTexts: Readonly<Record<TimelineKind, string>> = texts.kinds;

const auditTexts: Readonly<Record<string, string>> = texts.actions;

/** The list with its filter and pages. */
export function renderTimeline(account: AccountRecord, list: TimelineList): Html {
  const { kind, events, next, isFirst } = list;
  const href = (one: TimelineKind | null, after: string | null = null) => {
    const query = [...(one ? [`kind=${one}`] : []), ...(after ? [`after=${after}`] : [])].join('&');
    return `/accounts/${account.name}${query === '' ? '' : `?${query}`}#timeline`;
  };
  const kinds = Object.entries(kindTexts) as [TimelineKind, string][];
  const tabs = [
    [href(null), texts.everything] as const,
    ...kinds.map(([one, text]) => [href(one), text] as const),
  ];
  return html`${renderTabs(texts.which, tabs, href(kind))}
  ${
    events.length === 0
      ? html`<p class="empty">${texts.empty}</p>`
      : html`<ol class="timeline">
          ${events.map(renderEvent)}
        </ol>`
  }
  ${renderPager({
    label: texts.pages,
    first: isFirst ? null : { href: href(kind), text: texts.newest },
    next: next === null ? null : { href: href(kind, next), text: texts.older },
  })}`;
}

function renderEvent(event: TimelineEvent): Html {
  const { mood, title, about, fine } = describe(event);
  return html`<li>
    ${timeText(event.atMs)}
    <div>${renderTag(mood, title)} ${about}<br /><small>${fine}</small></div>
  </li>`;
}

interface Described {
  readonly mood: Mood;
  readonly title: string;
  readonly about: HtmlValue;
  readonly fine: HtmlValue;
}

function describe(event: TimelineEvent): Described {
  if (event.source === 'audit') return describeEntry(event.entry, event.kind);
  return event.source === 'download' ? describeDownload(event.download) : describeAccess(event.access);
}

function describeEntry({ actor, action, subject, detail }: AuditRecord, kind: TimelineKind): Described {
  const about = subject.slice(subject.indexOf(' ') + 1);
  const known = readDetail(detail);
  const isTakingAway = /revoke|suspend|refuse/.test(action);
  return {
    mood: kind === 'refusal' ? 'bad' : isTakingAway ? 'warn' : 'plain',
    title: auditTexts[action] ?? action,
    about: subject.includes(' ') ? about : null,
    fine: [actor, describePerson(known, actor), describeMove(known), known['reason'], known['address']]
      .filter((part) => typeof part === 'string')
      .join(' · '),
  };
}

/** Whom it concerns, where somebody else did it. Some actions name a user by its id, which says nothing here. */
function describePerson({ user }: Readonly<Record<string, unknown>>, actor: string): string | null {
  if (typeof user !== 'string' || user.startsWith('usr_') || actor === `user:${user}`) return null;
  return texts.person(user);
}

/** From which node a delivery went to which. */
function describeMove({ from, to }: Readonly<Record<string, unknown>>): string | null {
  return typeof from === 'string' && typeof to === 'string' ? texts.moved(from, to) : null;
}

function readDetail(detail: string): Readonly<Record<string, unknown>> {
  const value: unknown = JSON.parse(detail);
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

function describeDownload(download: PastDownloadRecord): Described {
  const { outcome, path, sentBytes, sizeBytes, protocol, address, downloadedBy } = download;
  const moods: Readonly<Partial<Record<typeof outcome, Mood>>> = { complete: 'good', running: 'plain' };
  return {
    mood: moods[outcome] ?? 'warn',
    title: texts.downloads[outcome],
    about: path,
    fine: html`${texts.sent(sizeText(sentBytes), sizeText(sizeBytes))} · ${downloadedBy} · ${protocol} ·
    ${address}`,
  };
}

function describeAccess({
  refusal,
  door,
  protocol,
  principal,
  address,
  eventCount,
}: AccessEventRecord): Described {
  const times = eventCount === 1 ? [] : [texts.times(eventCount)];
  return {
    mood: refusal === null ? 'plain' : 'bad',
    title: refusal === null ? texts.loggedIn : texts.loginRefused(refusal),
    about: door === 'portal' ? texts.atPortal : texts.at(door),
    fine: [principal, protocol, address, ...times].filter((part) => part !== null).join(' · '),
  };
}
