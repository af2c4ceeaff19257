// The console's list of accounts.
import type { Account } from '#commlink/methods/admin-methods.ts';
import { html } from '#commlink/pages/html.ts';
import { renderPage, renderTable, renderTime } from './layout.ts';
import type { StaffCaller } from './staff-session.ts';

/** The page. */
export function renderAccountsPage(caller: StaffCaller, accounts: readonly Account[]): string {
  const rows = accounts.map(
    (account) =>
      html`<tr>
        <td><a href="/accounts/${account.name}">${account.name}</a></td>
        <td>${account.displayName}</td>
        <td><span class="tag ${account.state === 'active' ? 'good' : 'bad'}">${account.state}</span></td>
        <td>${renderTime(account.createdAtMs)}</td>
      </tr>`,
  );
  return renderPage({
    title: 'Accounts',
    caller,
    content: html`<section>
      ${renderTable(
        ['Account', 'Name', 'State', 'Since'],
        rows,
        'There are no accounts yet. Create one: consign account create NAME',
      )}
    </section>`,
  });
}
