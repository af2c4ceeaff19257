// The console's pages that guard the delivery nodes' doors: the sessions that run now, and the networks that may not log in.
import { renderSelect, renderTextField } from '#commlink/pages/components/form-field.ts';
import { renderNotice, renderTag } from '#commlink/pages/components/parts.ts';
import { renderTable } from '#commlink/pages/components/table.ts';
import { html, type Html } from '#commlink/pages/html.ts';
import { countText, sizeText, timeText } from '../texts/sizes-and-times.ts';
import type { ResultOf } from '#commlink/method-table.ts';
import type { Ban, guardMethods } from '#commlink/methods/guard-methods.ts';
import type { LiveSession } from '#commlink/methods/live-session.ts';
import { formTokenField, renderPage, type PageParts } from '../layout.ts';
import { livePage } from '../live/live-page.ts';
import { mayDo } from '../staff-permissions.ts';
import type { StaffCaller } from '../staff-session.ts';
import { bansTexts, sessionsTexts } from '../texts/console-texts.ts';
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
    title: sessionsTexts.title,
    section: '/sessions',
    live: livePage(sessionsAddress(view), view.nodes),
    lead: sessionsTexts.lead,
    caller,
    notice,
    content: html`<form class="form inline" method="get" action="/sessions">
        ${renderTextField({ name: 'account', label: sessionsTexts.account, value: view.account, attributes: { placeholder: sessionsTexts.everyAccount } })}
        ${renderTextField({ name: 'node', label: sessionsTexts.node, value: view.node, attributes: { placeholder: sessionsTexts.everyNode } })}
        <button>${sessionsTexts.show}</button>
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
  const texts = bansTexts;
  const behind = renderNotice('warn', texts.behind(behindNodes.join(', ')));
  const action = mayWrite ? [{ heading: texts.lift, kind: 'action' as const }] : [];
  return renderPage({
    title: texts.title,
    section: '/bans',
    lead: texts.lead,
    caller,
    notice,
    content: html`${behindNodes.length > 0 ? behind : null}
      <section aria-label="${texts.inForce}">
        ${renderTable({
          caption: texts.caption,
          columns: [texts.network, texts.why, texts.by, texts.since, texts.until, ...action],
          rows: bans.map((ban) => [
            html`<code>${ban.network}</code>`,
            ban.reason,
            ban.bannedBy,
            timeText(ban.createdAtMs),
            timeText(ban.untilMs),
            mayWrite ? renderLiftForm(caller, ban) : null,
          ]),
          empty: texts.empty,
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
  const texts = sessionsTexts;
  const mayCut = mayDo(caller.staff.role, 'session.cut');
  const heading = html`<h2 id="node-${name}">
    ${name} ${draining ? renderTag('warn', texts.draining) : null}
  </h2>`;
  if (listing === null)
    return html`<section aria-labelledby="node-${name}">
      ${heading}
      <p class="empty">${texts.notAsked}</p>
    </section>`;
  const shown = listing.sessions.slice(0, sessionsShownPerNodeMax);
  const hiddenCount = listing.sessionCount - shown.length;
  return html`<section aria-labelledby="node-${name}">
    ${heading}
    ${renderTable({
      caption: texts.caption(name),
      columns: [
        texts.who,
        texts.by,
        texts.since,
        texts.transfer,
        ...(mayCut ? [{ heading: texts.cut, kind: 'action' as const }] : []),
      ],
      rows: shown.map((session) => [
        renderWho(session),
        html`${session.protocol} <small class="address">${session.address}</small>`,
        timeText(session.startedAtMs),
        renderTransfer(session),
        mayCut ? renderCutForm(caller, session) : null,
      ]),
      empty: texts.empty,
    })}
    ${hiddenCount > 0 ? html`<p class="fine">${texts.more(countText(hiddenCount))}</p>` : null}
  </section>`;
}

function renderWho({ account, username }: LiveSession): Html {
  if (account === null) return html`${sessionsTexts.beforeLogin}`;
  return html`<a href="/accounts/${account}">${account}</a>
    ${username === null ? null : html`<small>${username}</small>`}`;
}

function renderTransfer({ transfer, transferCount, idleSinceMs }: LiveSession): Html {
  const texts = sessionsTexts;
  if (transfer === null) return texts.idle(idleSinceMs === null ? null : timeText(idleSinceMs));
  const { path, sentBytes, offsetBytes, sizeBytes, bytesPerSecond } = transfer;
  const more = transferCount > 1 ? html` ${texts.andMore(transferCount - 1)}` : null;
  return html`${path}${more}
    <small
      >${texts.progress(sizeText(offsetBytes + sentBytes), sizeText(sizeBytes), sizeText(bytesPerSecond))}</small
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
      placeholder="${sessionsTexts.reason}"
      aria-label="${sessionsTexts.reasonToCut(who)}"
    />
    <button class="danger">${sessionsTexts.cut}</button>
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
      placeholder="${bansTexts.reason}"
      aria-label="${bansTexts.reasonToLift(network)}"
    />
    <button>${bansTexts.lift}</button>
  </form>`;
}

function renderBanForm(caller: StaffCaller): Html {
  const { add } = bansTexts;
  return html`<section aria-labelledby="ban">
    <h2 id="ban">${add.heading}</h2>
    <form class="form" method="post" action="/bans" data-once>
      ${formTokenField(caller)}
      ${renderTextField({
        name: 'network',
        label: bansTexts.network,
        hint: add.networkHint,
        attributes: { required: true, maxlength: 64 },
      })}
      ${renderSelect({
        name: 'hours',
        label: add.for,
        value: '24',
        options: banHours.map((hours) => ({
          value: String(hours),
          text: add.times[hours],
        })),
      })}
      ${renderTextField({ name: 'reason', label: bansTexts.reason, attributes: { required: true, maxlength: 500 } })}
      <button class="danger">${add.button}</button>
    </form>
  </section>`;
}
