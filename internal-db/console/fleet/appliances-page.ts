// The console's list of appliances, narrowed by customer, group, state, and to those that are missing.
import type { Appliance } from '#commlink/methods/fleet-methods.ts';
import { renderChoice, renderSelect, renderTextField } from '#commlink/pages/components/form-field.ts';
import { renderPager, renderTag } from '#commlink/pages/components/parts.ts';
import { renderTable } from '#commlink/pages/components/table.ts';
import { html, type Html } from '#commlink/pages/html.ts';
import { timeText } from '../texts/sizes-and-times.ts';
import { renderPage } from '../layout.ts';
import { mayDo } from '../staff-permissions.ts';
import type { StaffCaller } from '../staff-session.ts';
import { appliancesTexts as texts, fleetTexts } from '../texts/console-texts.ts';

/** What the list is narrowed to; empty texts stand for all. */
export interface AppliancesAsked {
  readonly account: string;
  readonly group: string;
  readonly state: string;
  readonly isMissing: boolean;
}

/** What the page shows. */
export interface AppliancesView {
  readonly asked: AppliancesAsked;
  readonly appliances: readonly Appliance[];
  readonly next: string | null;
  readonly isFirstPage: boolean;
}

/** The page. */
export function renderAppliancesPage(caller: StaffCaller, view: AppliancesView): string {
  const { asked, appliances, next, isFirstPage } = view;
  return renderPage({
    title: texts.title,
    section: '/fleet',
    crumb: { href: '/fleet', text: fleetTexts.title },
    caller,
    actions: mayDo(caller.staff.role, 'appliance.assign') ? renderCodesLink(asked) : null,
    content: html`${renderFilter(asked)}
    ${renderTable({
      caption: texts.caption,
      columns: [texts.name, texts.account, texts.type, texts.site, texts.group, texts.state, texts.lastBeat],
      rows: appliances.map((appliance) => [
        html`<a href="/fleet/appliances/${appliance.uid}">${appliance.name}</a>`,
        html`<a href="/accounts/${appliance.account}">${appliance.account}</a>`,
        appliance.type,
        appliance.site ?? texts.none,
        appliance.group,
        renderState(appliance),
        appliance.lastBeatAtMs === null ? texts.never : timeText(appliance.lastBeatAtMs),
      ]),
      empty: texts.empty,
    })}
    ${renderPager({
      label: texts.pages,
      first: isFirstPage ? null : { href: hrefOf(asked, null), text: texts.first },
      next: next === null ? null : { href: hrefOf(asked, next), text: texts.more },
    })}`,
  });
}

function renderCodesLink({ account }: AppliancesAsked): Html {
  const query = account === '' ? '' : `?${new URLSearchParams({ account }).toString()}`;
  return html`<a class="button" href="/fleet/codes${query}">${texts.codes}</a>`;
}

/** How an appliance stands, and whether it is missing. */
export function renderState({ state, missingSinceMs }: Appliance): Html {
  if (state === 'active')
    return missingSinceMs === null
      ? renderTag('good', fleetTexts.states.active)
      : renderTag('bad', texts.missing);
  return renderTag(state === 'quarantined' ? 'bad' : 'plain', fleetTexts.states[state]);
}

function renderFilter({ account, group, state, isMissing }: AppliancesAsked): Html {
  const { states } = fleetTexts;
  const options = [
    { value: '', text: texts.anyState },
    ...Object.entries(states).map(([value, text]) => ({ value, text })),
  ];
  return html`<form class="form inline" action="/fleet/appliances">
    ${renderTextField({ name: 'account', label: texts.account, value: account, attributes: { maxlength: 64 } })}
    ${renderTextField({ name: 'group', label: texts.group, value: group, attributes: { maxlength: 64 } })}
    ${renderSelect({ name: 'state', label: texts.state, options, value: state })}
    ${renderChoice({ kind: 'checkbox', name: 'missing', value: 'yes', label: texts.onlyMissing, checked: isMissing })}
    <button>${texts.show}</button>
  </form>`;
}

function hrefOf({ account, group, state, isMissing }: AppliancesAsked, after: string | null): string {
  const query = new URLSearchParams({ account, group, state, missing: isMissing ? 'yes' : '' });
  if (after !== null) query.set('after', after);
  return `/fleet/appliances?${query.toString()}`;
}
