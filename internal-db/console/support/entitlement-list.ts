// A customer's entitlements, a page of them, in force or all. Called by account-page.ts.
import { renderPager, renderTabs } from '#commlink/pages/components/parts.ts';
import { renderTable } from '#commlink/pages/components/table.ts';
import type { Cursor } from '#commlink/methods/paging.ts';
import { html, type Html } from '#commlink/pages/html.ts';
import { countText } from '../texts/sizes-and-times.ts';
import type { AccountRecord } from '../../store/accounts.ts';
import type { EntitlementRecord } from '../../store/entitlements.ts';
import { entitlementTexts } from '../texts/console-texts.ts';
import { renderEnd, renderEntitlementState, renderTerms } from './parts.ts';

const texts = entitlementTexts.list;

/** A page of the list. */
export interface EntitlementList {
  readonly entitlements: readonly EntitlementRecord[];
  readonly next: Cursor | null;
  readonly isFirst: boolean;
  /** Whether only those in force are listed. */
  readonly inForceOnly: boolean;
  readonly counts: { readonly total: number; readonly inForce: number };
  readonly nowMs: number;
}

/** The list. */
export function renderEntitlementList(account: AccountRecord, list: EntitlementList): Html {
  const { entitlements, inForceOnly, counts, nowMs } = list;
  const href = (inForce: boolean, after: Cursor | null = null) =>
    `/accounts/${account.name}?entitlements=${inForce ? 'in-force' : 'all'}` +
    `${after === null ? '' : `&from=${after}`}#entitlements`;
  const rows = entitlements.map((one) => [
    html`<a href="/accounts/${account.name}/entitlements/${one.id}">${one.product}</a><br /><small
        >${renderTerms(one)}</small
      >`,
    renderEnd(one.notAfterMs),
    renderEntitlementState(one, nowMs),
    html`<div>${one.grantReason}<br /><small>${one.grantedBy}</small></div>`,
  ]);
  return html`${renderTabs(
    texts.which,
    [
      [href(true), texts.inForce(countText(counts.inForce))],
      [href(false), texts.all(countText(counts.total))],
    ],
    href(inForceOnly),
  )}
  ${renderTable({
    caption: texts.caption,
    columns: [texts.product, texts.until, texts.state, texts.because],
    rows,
    empty: inForceOnly ? texts.noneInForce : texts.noneEver,
  })}
  ${renderPager({
    label: texts.pages,
    first: list.isFirst ? null : { href: href(inForceOnly), text: texts.newest },
    next: list.next === null ? null : { href: href(inForceOnly, list.next), text: texts.older },
  })}`;
}
