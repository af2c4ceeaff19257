// The console's pages that guard the delivery nodes' doors: the sessions that run now, and the networks that may not log in.
import { renderSelect, renderTextField } from '#commlink/pages/components/form-field.ts';
import { renderNotice, renderTag } from '#commlink/pages/components/parts.ts';
import { renderTable } from '#commlink/pages/components/table.ts';
import { html, type Html } from '#commlink/pages/html.ts';
import { countText, sizeText, timeText } from '#commlink/pages/sizes-and-times.ts';
import type { ResultOf } from '#commlink/method-table.ts';
import type { Ban, guardMethods } from '#commlink/methods/guard-methods.ts';
import type { LiveSession } from '#commlink/methods/live-session.ts';
import { formTokenField, renderPage, type PageParts } from '../layout.ts';
import { livePage } from '../live/live-page.ts';
import { mayDo } from '../staff-permissions.ts';
import type { StaffCaller } from '../staff-session.ts';
import { sessionsShownPerNodeMax } from './limits.ts';

type NodeSessions = ResultOf<typeof guardMethods, 'session.list'>['nodes'][number];

/** What the page of sessions shows. */
export interface SessionsView {
  readonly nodes: readonly NodeSessions[];
  /** What was asked for; empty texts stand for all. */
  readonly account: string;
  readonly node: string;
}

/** Bans can be for so long. */
export const banHours = [1, 24, 168] as const;

/** The page of sessions. */
export function renderSessionsPage(
  caller: StaffCaller,
  view: SessionsView,
  notice: PageParts['notice'] = null,
): string {
  return renderPage({
    title: 'Live sessions',
    section: '/sessions',
    live: livePage(sessionsAddress(view), view.nodes),
    lead: 'Who is connected to the delivery nodes now, and what is transferred.',
    caller,
    notice,
    content: html`<form class="form inline" method="get" action="/sessions">
        ${renderTextField({ name: 'account', label: 'Account', value: view.account, attributes: { placeholder: 'every account' } })}
        ${renderTextField({ name: 'node', label: 'Node', value: view.node, attributes: { placeholder: 'every node' } })}
        <button>Show</button>
      </form>
      ${view.nodes.map((node) => renderNodeSessions(caller, node))}`,
  });
}

/** What the page of bans shows. */
export interface BansView {
  readonly bans: readonly Ban[];
  readonly behindNodes: readonly string[];
}

/** The page of bans. */
export function renderBansPage(
  caller: StaffCaller,
  { bans, behindNodes }: BansView,
  notice: PageParts['notice'] = null,
): string {
  const mayWrite = mayDo(caller.staff.role, 'ban.write');
  const behind = renderNotice(
    'warn',
    html`<p>Not at ${behindNodes.join(', ')} yet: it takes the list as soon as it can be reached.</p>`,
  );
  const action = mayWrite ? [{ heading: 'Lift', kind: 'action' as const }] : [];
  return renderPage({
    title: 'Bans',
    section: '/bans',
    lead: 'Networks that may not log in, at any node or at the portal.',
    caller,
    notice,
    content: html`${behindNodes.length > 0 ? behind : null}
      <section aria-label="Bans in force">
        ${renderTable({
          caption: 'Bans in force, the newest first',
          columns: ['Network', 'Why', 'By', 'Since', 'Until', ...action],
          rows: bans.map((ban) => [
            html`<code>${ban.network}</code>`,
            ban.reason,
            ban.bannedBy,
            timeText(ban.createdAtMs),
            timeText(ban.untilMs),
            mayWrite ? renderLiftForm(caller, ban) : null,
          ]),
          empty: 'No network is banned.',
        })}
      </section>
      ${mayWrite ? renderBanForm(caller) : null}`,
  });
}

function sessionsAddress({ account, node }: SessionsView): string {
  const query = new URLSearchParams({ ...(account && { account }), ...(node && { node }) }).toString();
  return query === '' ? '/sessions' : `/sessions?${query}`;
}

function renderNodeSessions(caller: StaffCaller, { name, draining, listing }: NodeSessions): Html {
  const mayCut = mayDo(caller.staff.role, 'session.cut');
  const heading = html`<h2 id="node-${name}">${name} ${draining ? renderTag('warn', 'draining') : null}</h2>`;
  if (listing === null)
    return html`<section aria-labelledby="node-${name}">
      ${heading}
      <p class="empty">It can’t be asked now.</p>
    </section>`;
  const shown = listing.sessions.slice(0, sessionsShownPerNodeMax);
  const hiddenCount = listing.sessionCount - shown.length;
  return html`<section aria-labelledby="node-${name}">
    ${heading}
    ${renderTable({
      caption: `Sessions at ${name}`,
      columns: [
        'Who',
        'By',
        'Since',
        'Transfer',
        ...(mayCut ? [{ heading: 'Cut', kind: 'action' as const }] : []),
      ],
      rows: shown.map((session) => [
        renderWho(session),
        html`${session.protocol} <small class="address">${session.address}</small>`,
        timeText(session.startedAtMs),
        renderTransfer(session),
        mayCut ? renderCutForm(caller, session) : null,
      ]),
      empty: 'Nobody is connected.',
    })}
    ${hiddenCount > 0 ? html`<p class="fine">${countText(hiddenCount)} more are not listed here. Ask for one account.</p>` : null}
  </section>`;
}

function renderWho({ account, username }: LiveSession): Html {
  if (account === null) return html`before the login`;
  return html`<a href="/accounts/${account}">${account}</a>
    ${username === null ? null : html`<small>${username}</small>`}`;
}

function renderTransfer({ transfer, transferCount, idleSinceMs }: LiveSession): Html {
  if (transfer === null)
    return html`idle${idleSinceMs === null ? null : html` since ${timeText(idleSinceMs)}`}`;
  const { path, sentBytes, offsetBytes, sizeBytes, bytesPerSecond } = transfer;
  const more = transferCount > 1 ? html` and ${transferCount - 1} more` : null;
  return html`${path}${more}
    <small
      >${sizeText(offsetBytes + sentBytes)} of ${sizeText(sizeBytes)}, ${sizeText(bytesPerSecond)}/s</small
    >`;
}

function renderCutForm(caller: StaffCaller, { id, account, address }: LiveSession): Html {
  const who = account ?? address;
  return html`<form class="form inline" method="post" action="/sessions/cut" data-once>
    ${formTokenField(caller)}
    <input type="hidden" name="session" value="${id}" />
    <input
      name="reason"
      required
      maxlength="500"
      placeholder="Reason"
      aria-label="Reason for cutting ${who}"
    />
    <button class="danger">Cut</button>
  </form>`;
}

function renderLiftForm(caller: StaffCaller, { network }: Ban): Html {
  return html`<form class="form inline" method="post" action="/bans/lift" data-once>
    ${formTokenField(caller)}
    <input type="hidden" name="network" value="${network}" />
    <input
      name="reason"
      required
      maxlength="500"
      placeholder="Reason"
      aria-label="Reason for lifting ${network}"
    />
    <button>Lift</button>
  </form>`;
}

function renderBanForm(caller: StaffCaller): Html {
  return html`<section aria-labelledby="ban">
    <h2 id="ban">Ban a network</h2>
    <form class="form" method="post" action="/bans" data-once>
      ${formTokenField(caller)}
      ${renderTextField({
        name: 'network',
        label: 'Network',
        hint: 'Like 203.0.113.7, 203.0.113.0/24 or 2001:db8:0:1::/64.',
        attributes: { required: true, maxlength: 64 },
      })}
      ${renderSelect({
        name: 'hours',
        label: 'For',
        value: '24',
        options: banHours.map((hours) => ({
          value: String(hours),
          text: hours < 24 ? 'an hour' : hours === 24 ? 'a day' : 'a week',
        })),
      })}
      ${renderTextField({ name: 'reason', label: 'Reason', attributes: { required: true, maxlength: 500 } })}
      <button class="danger">Ban it</button>
    </form>
  </section>`;
}
