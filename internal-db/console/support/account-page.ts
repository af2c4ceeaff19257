// The console's page of one customer: people, entitlements, what is ready to download, and the timeline, each in pages of its
// own. Called by account-routes.ts.
import { renderFold, renderTag } from '#commlink/pages/components/parts.ts';
import { html, type Html } from '#commlink/pages/html.ts';
import type { Invitation } from '#commlink/methods/people-methods.ts';
import { dayText, sizeText, timeText } from '../texts/sizes-and-times.ts';
import { customerRowsMax } from '../../limits.ts';
import type { AccountRecord } from '../../store/accounts.ts';
import type { DeliveryRecord } from '../../store/deliveries.ts';
import type { AccountPlace } from '../../store/places.ts';
import type { MemberRecord } from '../../store/people.ts';
import { formTokenField, renderPage, type PageParts } from '../layout.ts';
import { livePage, type LivePage } from '../live/live-page.ts';
import { mayDo } from '../staff-permissions.ts';
import type { StaffCaller } from '../staff-session.ts';
import { renderEntitlementList, type EntitlementList } from './entitlement-list.ts';
import { renderLongTable, renderReason, renderSection } from './parts.ts';
import { renderPeopleList } from './people-list.ts';
import { renderPlace } from './place-section.ts';
import { customersTexts as texts } from '../texts/console-texts.ts';
import { renderTimeline, type TimelineList } from './timeline-list.ts';

/** What the page shows. */
export interface AccountView {
  readonly account: AccountRecord;
  readonly people: readonly MemberRecord[];
  /** Who was invited and has not come yet. */
  readonly invitations: readonly Invitation[];
  /** Whether invitations and links can be mailed. */
  readonly canMail: boolean;
  readonly entitlements: EntitlementList;
  readonly liveDeliveries: readonly DeliveryRecord[];
  /** Nodes that were lost with a delivery, and may still hold it, by its id. */
  readonly formerNodes: ReadonlyMap<string, readonly string[]>;
  readonly place: AccountPlace;
  /** Agreements that an entitlement asks for and that were not accepted. */
  readonly openAgreements: readonly string[];
  readonly timeline: TimelineList;
}

/** The page. */
export function renderAccountPage(
  caller: StaffCaller,
  view: AccountView,
  notice: PageParts['notice'] = null,
): string {
  const { account } = view;
  const { role } = caller.staff;
  return renderPage({
    title: account.displayName,
    caller,
    section: '/accounts',
    crumb: { href: '/accounts', text: texts.title },
    live: liveTimeline(view),
    lead: renderLead(view),
    actions: renderActions(caller, view),
    notice,
    content: html`${renderSection('entitlements', texts.sections.entitlements, renderEntitlementList(account, view.entitlements))}
    ${mayDo(role, 'licence.accept') ? renderAgreements(caller, view) : null}
    ${renderSection('people', texts.sections.people, renderPeopleList(caller, view))}
    ${renderSection('ready', texts.sections.ready, renderDeliveries(caller, view))}
    ${renderPlace(caller, account, view.place)}
    ${renderSection('timeline', texts.sections.timeline, renderTimeline(account, view.timeline))}
    ${mayDo(role, 'account.setState') ? renderStateForm(caller, account) : null}`,
  });
}

/** The newest events and the newest entitlements are followed; older pages of them do not change. */
function liveTimeline({ account, timeline, entitlements }: AccountView): LivePage | null {
  if (!timeline.isFirst || !entitlements.isFirst) return null;
  const query = new URLSearchParams({
    ...(timeline.kind && { kind: timeline.kind }),
    ...(!entitlements.inForceOnly && { entitlements: 'all' }),
  }).toString();
  const page = `/accounts/${account.name}`;
  return livePage(query === '' ? page : `${page}?${query}`, timeline.events);
}

function renderLead({ account }: AccountView): Html {
  const state = renderTag(account.state === 'active' ? 'good' : 'bad', texts.states[account.state]);
  return html`<code>${account.name}</code> ${state} ${texts.since(dayText(account.createdAtMs))}`;
}

function renderActions(caller: StaffCaller, { account }: AccountView): Html {
  return html`${
      mayDo(caller.staff.role, 'entitlement.grant')
        ? html`<a class="button primary" href="/accounts/${account.name}/grant">${texts.actions.grant}</a>`
        : null
    } <a class="button" href="/why?account=${account.name}">${texts.actions.why}</a> ${
      mayDo(caller.staff.role, 'portal.view')
        ? html`<a class="button" href="/accounts/${account.name}/portal">${texts.actions.portal}</a>`
        : null
    }`;
}

function renderDeliveries(caller: StaffCaller, { liveDeliveries, formerNodes }: AccountView): Html {
  const mayCancel = mayDo(caller.staff.role, 'delivery.cancel');
  const { deliveries } = texts;
  const rows = liveDeliveries
    .slice(0, customerRowsMax + 1)
    .map((delivery) => [
      html`${delivery.product}/${delivery.version}/${delivery.file}<br /><small
          >${sizeText(delivery.sizeBytes)} · ${delivery.requestedBy}</small
        >`,
      renderTag(delivery.state === 'staged' ? 'good' : 'plain', deliveries.states[delivery.state]),
      renderNode(delivery, formerNodes.get(delivery.id)),
      timeText(delivery.expiresAtMs),
      mayCancel ? renderCancelForm(caller, delivery) : null,
    ]);
  return renderLongTable({
    caption: deliveries.caption,
    columns: [
      deliveries.file,
      deliveries.state,
      deliveries.node,
      deliveries.until,
      { heading: deliveries.endIt, kind: 'action' },
    ],
    rows,
    empty: deliveries.empty,
  });
}

function renderNode({ nodeName }: DeliveryRecord, former: readonly string[] = []): Html {
  if (former.length === 0) return html`${nodeName}`;
  return html`${nodeName}<br /><small>${texts.deliveries.movedFrom(former.join(', '))}</small>`;
}

function renderCancelForm(caller: StaffCaller, { account, id, file }: DeliveryRecord): Html {
  return renderFold(
    texts.deliveries.end,
    html`<form class="form" method="post" action="/accounts/${account}/cancel" data-once>
      ${formTokenField(caller)}
      <input type="hidden" name="delivery" value="${id}" />
      ${renderReason(texts.deliveries.reason(file), `${id}-`)}
      <button class="danger">${texts.deliveries.endButton}</button>
    </form>`,
  );
}

/** Only where an entitlement asks for an agreement: until it is accepted, nothing can be downloaded under it. */
function renderAgreements(caller: StaffCaller, { account, openAgreements }: AccountView): Html | null {
  if (openAgreements.length === 0) return null;
  const forms = openAgreements.map(
    (agreement) =>
      html`<li>
        <span>${texts.agreements.open(agreement)}</span>
        <form method="post" action="/accounts/${account.name}/accept" data-once>
          ${formTokenField(caller)}
          <input type="hidden" name="agreement" value="${agreement}" />
          <button class="quiet">${texts.agreements.record(agreement)}</button>
        </form>
      </li>`,
  );
  return renderSection(
    'agreements',
    texts.sections.agreements,
    html`<ul class="list">
      ${forms}
    </ul>`,
  );
}

function renderStateForm(caller: StaffCaller, account: AccountRecord): Html {
  const isActive = account.state === 'active';
  const { suspend, activate } = texts;
  const what = isActive ? suspend : activate;
  return renderFold(
    what.button,
    html`<form class="form" method="post" action="/accounts/${account.name}/state" data-once>
      ${formTokenField(caller)}
      <input type="hidden" name="state" value="${isActive ? 'suspended' : 'active'}" />
      ${isActive ? html`<p>${suspend.consequence}</p>` : null} ${renderReason(what.reason, 'state-')}
      <button class="${isActive ? 'danger' : ''}">${what.button}</button>
    </form>`,
  );
}
