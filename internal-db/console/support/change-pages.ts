// The pages of changes of entitlements: the form of a grant, an entitlement with its forms, and the preview that says what a
// change gives and takes before it is made. Called by change-routes.ts.
import { renderSelect, renderTextField, type TextField } from '#commlink/pages/components/form-field.ts';
import { renderFacts, renderFold, renderNotice, renderNumbers } from '#commlink/pages/components/parts.ts';
import { renderTable } from '#commlink/pages/components/table.ts';
import { html, type Html, type HtmlValue } from '#commlink/pages/html.ts';
import { countText, dayText, timeText } from '#commlink/pages/sizes-and-times.ts';
import type { ReleaseWithFiles } from '../../decision/compare-access.ts';
import type { ChangePreview } from '../../admin/preview-change.ts';
import type { AccountRecord } from '../../store/accounts.ts';
import type { EntitlementRecord, ExtensionRecord } from '../../store/entitlements.ts';
import type { FormFields } from '../console-forms.ts';
import { formTokenField, renderPage } from '../layout.ts';
import { mayDo } from '../staff-permissions.ts';
import type { StaffCaller } from '../staff-session.ts';
import { changeFields, type ChangeKind } from './change-form.ts';
import { renderEnd, renderEntitlementState, renderSection, renderTerms } from './parts.ts';

/** Releases and deliveries that a preview lists; the rest is counted. */
const rowsShownMax = 20;
const verbs: Readonly<Record<ChangeKind, string>> = { grant: 'Grant', extend: 'Extend', revoke: 'Revoke' };

/** The form of a grant; `typed` is what stands in it already, `refusal` what to correct. */
export function renderGrantPage(
  caller: StaffCaller,
  view: { account: AccountRecord; products: readonly string[]; typed: FormFields; refusal: string | null },
): string {
  const { account, products, typed, refusal } = view;
  const field = (name: string, label: string, more: Pick<TextField, 'hint' | 'attributes'> = {}) =>
    renderTextField({ name, label, value: typed.text(name), ...more });
  return renderPage({
    title: 'Grant an entitlement',
    caller,
    section: '/accounts',
    crumb: { href: `/accounts/${account.name}`, text: account.displayName },
    notice: refusal === null ? null : { kind: 'refused', text: refusal },
    content: html`<form class="form" action="/accounts/${account.name}/preview/grant">
      ${renderSelect({
        name: 'product',
        label: 'Product',
        options: products.map((value) => ({ value, text: value })),
        value: typed.text('product'),
        attributes: { required: true },
      })}
      ${renderTextField({
        name: 'versions',
        label: 'Versions',
        hint: 'As npm writes ranges: * (all), 2.x, >=2.1 <3',
        value: typed.optional('versions') ?? '*',
        attributes: { required: true, maxlength: 200 },
      })}
      ${renderTextField({ name: 'until', label: 'Until, that day included', type: 'date', value: typed.text('until'), hint: 'Empty: no end' })}
      ${renderFold(
        'More conditions',
        html`${field('channels', 'Channels', { hint: 'With commas between; empty: every channel' })}
        ${renderTextField({ name: 'from', label: 'From', type: 'date', value: typed.text('from') })}
        ${field('downloadsMax', 'Complete downloads', { hint: 'Empty: any number' })}
        ${field('licenceAgreement', 'Licence agreement', { hint: 'Its name; it must be accepted first' })}`,
        ['channels', 'from', 'downloadsMax', 'licenceAgreement'].some((name) => typed.text(name) !== ''),
      )}
      ${field('reason', 'Reason', {
        hint: 'For the audit log',
        attributes: { required: true, maxlength: 500 },
      })}
      <button class="primary">Preview</button>
    </form>`,
  });
}

/** One entitlement: its terms, its history, and what may be changed. */
export function renderEntitlementPage(
  caller: StaffCaller,
  view: { entitlement: EntitlementRecord; extensions: readonly ExtensionRecord[]; nowMs: number },
): string {
  const { entitlement, extensions, nowMs } = view;
  const { account, id, revokedAtMs } = entitlement;
  const { role } = caller.staff;
  const mayGrant = revokedAtMs === null && mayDo(role, 'entitlement.grant');
  return renderPage({
    title: `${entitlement.product} for ${account}`,
    caller,
    section: '/accounts',
    crumb: { href: `/accounts/${account}`, text: account },
    content: html`${renderFacts([
      ['Customer', html`<a href="/accounts/${account}">${account}</a>`],
      ['State', renderEntitlementState(entitlement, nowMs)],
      ['Admits', renderTerms(entitlement)],
      ['From', entitlement.notBeforeMs === null ? null : dayText(entitlement.notBeforeMs)],
      ['Until', renderEnd(entitlement.notAfterMs)],
      ['Licence agreement', entitlement.licenceAgreement],
      ['Entitlement', html`<code class="break">${id}</code>`],
    ])}
    ${renderSection('history', 'History', renderHistory(entitlement, extensions))}
    ${
      mayGrant && entitlement.notAfterMs !== null
        ? renderSection('extend', 'Extend', renderExtendForm(entitlement))
        : null
    }
    ${
      revokedAtMs === null && mayDo(role, 'entitlement.revoke')
        ? renderSection('revoke', 'Revoke', renderRevokeForm(entitlement))
        : null
    }`,
  });
}

/** What a change would do, and the button that does it. */
export function renderPreviewPage(
  caller: StaffCaller,
  view: { kind: ChangeKind; preview: ChangePreview; fields: FormFields },
): string {
  const { kind, preview, fields } = view;
  const { account, product, gained, lost, keptCount, endedDeliveries, runningCount } = preview;
  const isHarmful = lost.length > 0 || endedDeliveries.length > 0;
  const hidden = changeFields[kind].map(
    (name) => html`<input type="hidden" name="${name}" value="${fields.text(name)}" />`,
  );
  return renderPage({
    title: `${verbs[kind]} ${product} for ${account}?`,
    caller,
    section: '/accounts',
    crumb: { href: backTo(kind, preview), text: account },
    lead: `Nothing is changed yet. Reason: “${fields.text('reason')}”`,
    content: html` ${renderNumbers([
        ['releases gained', countText(gained.length)],
        ['releases lost', countText(lost.length)],
        ['kept', countText(keptCount)],
        ['deliveries ended', countText(endedDeliveries.length)],
      ])}
      ${runningCount > 0 ? renderNotice('warn', html`<p>${countText(runningCount)} downloads that run now are cut.</p>`) : null}
      ${gained.length + lost.length === 0 ? html`<p>No release is gained or lost by it today.</p>` : null}
      ${gained.length > 0 ? renderSection('gained', 'Gained', renderReleases(gained)) : null}
      ${lost.length > 0 ? renderSection('lost', 'Lost', renderReleases(lost)) : null}
      ${endedDeliveries.length > 0 ? renderSection('ended', 'Deliveries that end', renderEnded(preview)) : null}
      <form class="form" method="post" action="/accounts/${account}/${kind}" data-once>
        ${formTokenField(caller)} ${hidden}
        <div class="actions">
          <button class="${isHarmful ? 'danger' : 'primary'}">${verbs[kind]}</button>
          <a class="button quiet" href="${backTo(kind, preview)}">Not now</a>
        </div>
      </form>`,
  });
}

function backTo(kind: ChangeKind, { account, entitlement }: ChangePreview): string {
  return kind === 'grant' || !entitlement
    ? `/accounts/${account}`
    : `/accounts/${account}/entitlements/${entitlement.id}`;
}

function renderHistory(entitlement: EntitlementRecord, extensions: readonly ExtensionRecord[]): Html {
  const { revokedAtMs } = entitlement;
  const entry = (atMs: number, what: HtmlValue, who: string) =>
    html`<li>
      ${timeText(atMs)}
      <div>${what}<br /><small>${who}</small></div>
    </li>`;
  return html`<ol class="timeline">
    ${revokedAtMs === null ? null : entry(revokedAtMs, `Revoked: ${entitlement.revokeReason ?? ''}`, entitlement.revokedBy ?? '')}
    ${extensions
      .toReversed()
      .map((one) =>
        entry(
          one.atMs,
          html`Extended from ${renderEnd(one.fromMs)} to ${renderEnd(one.toMs)}: ${one.reason}`,
          one.extendedBy,
        ),
      )}
    ${entry(entitlement.grantedAtMs, `Granted: ${entitlement.grantReason}`, entitlement.grantedBy)}
  </ol>`;
}

function renderExtendForm({ account, id, notAfterMs }: EntitlementRecord): Html {
  const reason = { required: true, maxlength: 500 };
  const min = notAfterMs === null ? '' : new Date(notAfterMs + 1).toISOString().slice(0, 10);
  return html`<form class="form" action="/accounts/${account}/preview/extend">
    <input type="hidden" name="entitlement" value="${id}" />
    ${renderTextField({
      name: 'until',
      label: 'Until, that day included',
      type: 'date',
      idPrefix: 'extend-',
      attributes: { required: true, min },
    })}
    ${renderTextField({ name: 'reason', label: 'Reason', idPrefix: 'extend-', attributes: reason })}
    <button class="primary">Preview the extension</button>
  </form>`;
}

function renderRevokeForm({ account, id }: EntitlementRecord): Html {
  return html`<form class="form" action="/accounts/${account}/preview/revoke">
    <input type="hidden" name="entitlement" value="${id}" />
    ${renderTextField({
      name: 'reason',
      label: 'Reason',
      idPrefix: 'revoke-',
      attributes: { required: true, maxlength: 500 },
    })}
    <button>Preview the revocation</button>
  </form>`;
}

function renderReleases(releases: readonly ReleaseWithFiles[]): Html {
  return html`${renderTable({
    caption: 'Releases',
    columns: ['Release', 'Channel', { heading: 'Files', kind: 'number' }],
    rows: releases
      .slice(0, rowsShownMax)
      .map(({ version, channel, files }) => [
        html`${version}<br /><small>${files.slice(0, 3).join(', ')}${files.length > 3 ? ' …' : ''}</small>`,
        channel,
        countText(files.length),
      ]),
    empty: 'None.',
  })}
  ${more(releases.length)}`;
}

function renderEnded({ endedDeliveries }: ChangePreview): Html {
  return html`${renderTable({
    caption: 'Deliveries that end',
    columns: ['File', 'Node', 'By'],
    rows: endedDeliveries
      .slice(0, rowsShownMax)
      .map((one) => [`${one.product}/${one.version}/${one.file}`, one.nodeName, one.requestedBy]),
    empty: 'None.',
  })}
  ${more(endedDeliveries.length)}`;
}

function more(count: number): Html | null {
  return count <= rowsShownMax
    ? null
    : html`<p class="fine">And ${countText(count - rowsShownMax)} more.</p>`;
}
