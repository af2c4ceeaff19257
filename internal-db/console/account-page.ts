// The console's page of one account: entitlements with their forms, deliveries, downloads, users.
import type { Account, Entitlement } from '#commlink/methods/admin-methods.ts';
import type { Delivery, Download } from '#commlink/methods/fields.ts';
import { html, type Html } from '#commlink/pages/html.ts';
import { formTokenField, renderPage, renderTable, renderTime, sizeText, type PageParts } from './layout.ts';
import { mayDo } from './staff-permissions.ts';
import type { StaffCaller } from './staff-session.ts';

/** What the page shows. */
export interface AccountView {
  readonly account: Account;
  readonly users: readonly { readonly name: string; readonly displayName: string }[];
  readonly entitlements: readonly Entitlement[];
  readonly deliveries: readonly Delivery[];
  readonly downloads: readonly Download[];
  readonly acceptances: readonly { readonly agreement: string; readonly acceptedAtMs: number }[];
  readonly productNames: readonly string[];
  readonly nowMs: number;
}

/** The page. */
export function renderAccountPage(
  caller: StaffCaller,
  view: AccountView,
  notice: PageParts['notice'] = null,
): string {
  const { account, users } = view;
  const { role } = caller.staff;
  return renderPage({
    title: account.displayName,
    caller,
    notice,
    content: html`<p>
        <code>${account.name}</code>
        <span class="tag ${account.state === 'active' ? 'good' : 'bad'}">${account.state}</span>
        users: ${users.map((user) => user.name).join(', ') || 'none'}
      </p>
      <section>
        <h2>Entitlements</h2>
        ${renderTable(
          ['Product', 'Versions', 'Channels', 'From', 'Until', 'Downloads', 'State', 'Action'],
          view.entitlements.map((entitlement) => renderEntitlement(caller, entitlement, view.nowMs)),
          'None: this account may download nothing.',
        )}
      </section>
      ${mayDo(role, 'entitlement.grant') ? renderGrantForm(caller, view) : null}
      ${mayDo(role, 'licence.accept') ? renderAcceptForm(caller, view) : null}
      <section>
        <h2>Deliveries</h2>
        ${renderTable(
          ['File', 'State', 'Node', 'By', 'Requested', 'Until', 'Action'],
          view.deliveries.map((delivery) => renderDelivery(caller, delivery)),
          'None yet.',
        )}
      </section>
      <section>
        <h2>Downloads</h2>
        ${renderTable(
          ['File', 'Protocol', 'Address', 'Sent', 'Outcome', 'Started', 'Ended'],
          view.downloads.map(renderDownload),
          'None yet.',
        )}
      </section>
      ${mayDo(role, 'account.setState') ? renderStateForm(caller, account) : null}`,
  });
}

function renderEntitlement(caller: StaffCaller, entitlement: Entitlement, nowMs: number): Html {
  const { revokedAtMs, notAfterMs, notBeforeMs } = entitlement;
  const state =
    revokedAtMs !== null
      ? 'revoked'
      : notAfterMs !== null && notAfterMs < nowMs
        ? 'expired'
        : notBeforeMs !== null && notBeforeMs > nowMs
          ? 'not yet valid'
          : 'valid';
  const mayRevoke = revokedAtMs === null && mayDo(caller.staff.role, 'entitlement.revoke');
  return html`<tr>
    <td>${entitlement.product}<br /><small class="mono">${entitlement.id}</small></td>
    <td>${entitlement.versions}</td>
    <td>${entitlement.channels?.join(', ') ?? 'every'}</td>
    <td>${renderTime(notBeforeMs)}</td>
    <td>${renderTime(notAfterMs)}</td>
    <td>${entitlement.downloadsMax ?? 'any number'}</td>
    <td>
      <span class="tag ${state === 'valid' ? 'good' : 'bad'}">${state}</span><br />
      <small>granted by ${entitlement.grantedBy}: ${entitlement.grantReason}</small>
      ${revokedAtMs === null ? null : html`<br /><small>revoked: ${entitlement.revokeReason}</small>`}
    </td>
    <td>${mayRevoke ? renderRevokeForm(caller, entitlement) : null}</td>
  </tr>`;
}

function renderRevokeForm(caller: StaffCaller, entitlement: Entitlement): Html {
  return html`<form class="inline" method="post" action="/accounts/${entitlement.account}/revoke">
    ${formTokenField(caller)}
    <input type="hidden" name="entitlement" value="${entitlement.id}" />
    <input name="reason" required maxlength="500" placeholder="reason" aria-label="Reason for revoking" />
    <button class="danger">Revoke</button>
  </form>`;
}

function renderGrantForm(caller: StaffCaller, view: AccountView): Html {
  return html`<section>
    <h2>Grant</h2>
    <form class="fields" method="post" action="/accounts/${view.account.name}/grant">
      ${formTokenField(caller)}
      <label
        >Product
        <select name="product" required>
          ${view.productNames.map((name) => html`<option>${name}</option>`)}
        </select>
      </label>
      <label>Versions <input name="versions" value="*" required maxlength="200" /></label>
      <label>Channels, comma between <input name="channels" placeholder="every channel" /></label>
      <label>From <input name="from" type="date" /></label>
      <label>Until, that day included <input name="until" type="date" /></label>
      <label
        >Complete downloads <input name="downloadsMax" type="number" min="1" placeholder="any number"
      /></label>
      <label>Licence agreement <input name="licenceAgreement" placeholder="none" /></label>
      <label>Reason <input name="reason" required maxlength="500" /></label>
      <button>Grant</button>
    </form>
  </section>`;
}

/** Only where an entitlement asks for an agreement: until it is accepted, nothing can be downloaded under it. */
function renderAcceptForm(caller: StaffCaller, view: AccountView): Html | null {
  const accepted = new Set(view.acceptances.map((acceptance) => acceptance.agreement));
  const wanted = view.entitlements.flatMap(({ licenceAgreement, revokedAtMs }) =>
    licenceAgreement !== null && revokedAtMs === null && !accepted.has(licenceAgreement)
      ? [licenceAgreement]
      : [],
  );
  if (wanted.length === 0) return null;
  const forms = [...new Set(wanted)].map(
    (agreement) =>
      html`<form class="inline" method="post" action="/accounts/${view.account.name}/accept">
        ${formTokenField(caller)}
        <input type="hidden" name="agreement" value="${agreement}" />
        <button class="quiet">Record that ${agreement} was accepted</button>
      </form>`,
  );
  return html`<section>
    <h2>Licence agreements</h2>
    ${forms}
  </section>`;
}

function renderDelivery(caller: StaffCaller, delivery: Delivery): Html {
  const isLive = delivery.state === 'requested' || delivery.state === 'staged';
  const mayCancel = isLive && mayDo(caller.staff.role, 'delivery.cancel');
  return html`<tr>
    <td>${delivery.path}<br /><small>${sizeText(delivery.sizeBytes)}</small></td>
    <td><span class="tag ${isLive ? 'good' : ''}">${delivery.state}</span></td>
    <td>${delivery.node}</td>
    <td>${delivery.requestedBy}</td>
    <td>${renderTime(delivery.requestedAtMs)}</td>
    <td>${renderTime(delivery.endedAtMs ?? delivery.expiresAtMs)}</td>
    <td>
      ${
        mayCancel
          ? html`<form class="inline" method="post" action="/accounts/${delivery.account}/cancel">
              ${formTokenField(caller)}
              <input type="hidden" name="delivery" value="${delivery.id}" />
              <input
                name="reason"
                required
                maxlength="500"
                placeholder="reason"
                aria-label="Reason for ending"
              />
              <button class="danger">End</button>
            </form>`
          : null
      }
    </td>
  </tr>`;
}

function renderDownload(download: Download): Html {
  return html`<tr>
    <td>${download.path}</td>
    <td>${download.protocol}</td>
    <td>${download.address}</td>
    <td class="number">${sizeText(download.sentBytes)} of ${sizeText(download.sizeBytes)}</td>
    <td><span class="tag ${download.outcome === 'complete' ? 'good' : ''}">${download.outcome}</span></td>
    <td>${renderTime(download.startedAtMs)}</td>
    <td>${renderTime(download.endedAtMs)}</td>
  </tr>`;
}

function renderStateForm(caller: StaffCaller, account: Account): Html {
  const isActive = account.state === 'active';
  return html`<section>
    <h2>${isActive ? 'Suspend' : 'Lift the suspension'}</h2>
    <form class="inline" method="post" action="/accounts/${account.name}/state">
      ${formTokenField(caller)}
      <input type="hidden" name="state" value="${isActive ? 'suspended' : 'active'}" />
      <input
        name="reason"
        required
        maxlength="500"
        placeholder="reason"
        aria-label="${isActive ? 'Reason for suspending' : 'Reason for lifting the suspension'}"
      />
      <button class="${isActive ? 'danger' : 'quiet'}">
        ${isActive ? 'Suspend the account and end its deliveries' : 'Make the account active again'}
      </button>
    </form>
  </section>`;
}
