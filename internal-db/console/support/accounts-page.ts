// The console's list of customers, in pages by name. Called by support-routes.ts.
import { renderPager, renderTag } from '#commlink/pages/components/parts.ts';
import { renderTable } from '#commlink/pages/components/table.ts';
import type { Cursor } from '#commlink/methods/paging.ts';
import { html } from '#commlink/pages/html.ts';
import { dayText } from '../texts/sizes-and-times.ts';
import type { AccountRecord } from '../../store/accounts.ts';
import { renderPage } from '../layout.ts';
import { mayDo } from '../staff-permissions.ts';
import { customersTexts as texts } from '../texts/console-texts.ts';
import type { StaffCaller } from '../staff-session.ts';

/** The page. */
export function renderAccountsPage(
  caller: StaffCaller,
  page: { accounts: readonly AccountRecord[]; next: Cursor | null; isFirst: boolean },
): string {
  const { accounts, next, isFirst } = page;
  const { list } = texts;
  return renderPage({
    title: texts.title,
    caller,
    section: '/accounts',
    actions: mayDo(caller.staff.role, 'account.create')
      ? html`<a class="button primary" href="/new-customer">${list.new}</a>`
      : null,
    content: html`${renderTable({
      caption: list.caption,
      columns: [list.name, list.account, list.state, list.since],
      rows: accounts.map((account) => [
        html`<a href="/accounts/${account.name}">${account.displayName}</a>`,
        html`<code>${account.name}</code>`,
        renderTag(account.state === 'active' ? 'good' : 'bad', texts.states[account.state]),
        dayText(account.createdAtMs),
      ]),
      empty: list.empty,
    })}
    ${renderPager({
      label: list.pages,
      first: isFirst ? null : { href: '/accounts', text: list.first },
      next: next === null ? null : { href: `/accounts?after=${next}`, text: list.next },
    })}`,
  });
}
