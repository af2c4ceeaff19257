// The pages of changes of entitlements: the form of a grant, an entitlement with its forms, and the preview that says what a
// change gives and takes before it is made. Called by change-routes.ts.
import { renderSelect, renderTextField, type TextField } from '#commlink/pages/components/form-field.ts';
import { renderFacts, renderFold, renderNotice, renderNumbers } from '#commlink/pages/components/parts.ts';
import { renderTable } from '#commlink/pages/components/table.ts';
import { html, type Html, type HtmlValue } from '#commlink/pages/html.ts';
import { countText, dayText, timeText } from '../texts/sizes-and-times.ts';
import type { ReleaseWithFiles } from '../../decision/compare-access.ts';
import type { ChangePreview } from '../../admin/preview-change.ts';
import type { AccountRecord } from '../../store/accounts.ts';
import type { EntitlementRecord, ExtensionRecord } from '../../store/entitlements.ts';
import type { FormFields } from '../console-forms.ts';
import { formTokenField, renderPage } from '../layout.ts';
import { mayDo } from '../staff-permissions.ts';
import type { StaffCaller } from '../staff-session.ts';
import { changeFields, type ChangeKind } from './change-form.ts';
import { changeTexts } from '../texts/console-texts.ts';
import { renderEnd, renderEntitlementState, renderSection, renderTerms } from './parts.ts';

/** Releases and deliveries that a preview lists; the rest is counted. */
const rowsShownMax = 20;
const verbs: Readonly<Record<ChangeKind, string>> = changeTexts.verbs;

/** The form of a grant; `typed` is what stands in it already, `refusal` what to correct. */
export function renderGrantPage(
  caller: StaffCaller,
  view: { account: AccountRecord; products: readonly string[]; typed: FormFields; refusal: string | null },
): string {
  const { account, products, typed, refusal } = view;
  const texts = changeTexts.grant;
  const field = (name: string, label: string, more: Pick<TextField, 'hint' | 'attributes'> = {}) =>
    renderTextField({ name, label, value: typed.text(name), ...more });
  return renderPage({
    title: texts.title,
    caller,
    section: '/accounts',
    crumb: { href: `/accounts/${account.name}`, text: account.displayName },
    notice: refusal === null ? null : { kind: 'refused', text: refusal },
    content: html`<form class="form" action="/accounts/${account.name}/preview/grant">
      ${renderSelect({
        name: 'product',
        label: texts.product,
        options: products.map((value) => ({ value, text: value })),
        value: typed.text('product'),
        attributes: { required: true },
      })}
      ${renderTextField({
        name: 'versions',
        label: texts.versions,
        hint: texts.versionsHint,
        value: typed.optional('versions') ?? '*',
        attributes: { required: true, maxlength: 200 },
      })}
      ${renderTextField({ name: 'until', label: changeTexts.until, type: 'date', value: typed.text('until'), hint: texts.untilHint })}
      ${renderFold(
        texts.more,
        html`${field('channels', texts.channels, { hint: texts.channelsHint })}
        ${renderTextField({ name: 'from', label: texts.from, type: 'date', value: typed.text('from') })}
        ${field('downloadsMax', texts.downloads, { hint: texts.downloadsHint })}
        ${field('licenceAgreement', texts.agreement, { hint: texts.agreementHint })}`,
        ['channels', 'from', 'downloadsMax', 'licenceAgreement'].some((name) => typed.text(name) !== ''),
      )}
      ${field('reason', changeTexts.reason, {
        hint: texts.reasonHint,
        attributes: { required: true, maxlength: 500 },
      })}
      <button class="primary">${texts.button}</button>
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
  const texts = changeTexts.entitlement;
  const mayGrant = revokedAtMs === null && mayDo(role, 'entitlement.grant');
  return renderPage({
    title: texts.title(entitlement.product, account),
    caller,
    section: '/accounts',
    crumb: { href: `/accounts/${account}`, text: account },
    content: html`${renderFacts([
      [texts.customer, html`<a href="/accounts/${account}">${account}</a>`],
      [texts.state, renderEntitlementState(entitlement, nowMs)],
      [texts.admits, renderTerms(entitlement)],
      [texts.from, entitlement.notBeforeMs === null ? null : dayText(entitlement.notBeforeMs)],
      [texts.until, renderEnd(entitlement.notAfterMs)],
      [texts.agreement, entitlement.licenceAgreement],
      [texts.id, html`<code class="break">${id}</code>`],
    ])}
    ${renderSection('history', texts.history, renderHistory(entitlement, extensions))}
    ${
      mayGrant && entitlement.notAfterMs !== null
        ? renderSection('extend', verbs.extend, renderExtendForm(entitlement))
        : null
    }
    ${
      revokedAtMs === null && mayDo(role, 'entitlement.revoke')
        ? renderSection('revoke', verbs.revoke, renderRevokeForm(entitlement))
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
  const { account, product, gained, lost, keptCount, endedDeliveries, runningCount, missingAgreement } =
    preview;
  const texts = changeTexts.preview;
  const isHarmful = lost.length > 0 || endedDeliveries.length > 0;
  const hidden = changeFields[kind].map(
    (name) => html`<input type="hidden" name="${name}" value="${fields.text(name)}" />`,
  );
  return renderPage({
    title: texts.title(verbs[kind], product, account),
    caller,
    section: '/accounts',
    crumb: { href: backTo(kind, preview), text: account },
    lead: texts.lead(fields.text('reason')),
    content: html` ${renderNumbers([
        [texts.gainedCount, countText(gained.length)],
        [texts.lostCount, countText(lost.length)],
        [texts.keptCount, countText(keptCount)],
        [texts.endedCount, countText(endedDeliveries.length)],
      ])}
      ${missingAgreement === null ? null : renderNotice('warn', texts.missingAgreement(missingAgreement))}
      ${runningCount > 0 ? renderNotice('warn', texts.running(countText(runningCount))) : null}
      ${gained.length + lost.length === 0 ? html`<p>${texts.nothing}</p>` : null}
      ${gained.length > 0 ? renderSection('gained', texts.gained, renderReleases(gained)) : null}
      ${lost.length > 0 ? renderSection('lost', texts.lost, renderReleases(lost)) : null}
      ${endedDeliveries.length > 0 ? renderSection('ended', texts.ended, renderEnded(preview)) : null}
      <form class="form" method="post" action="/accounts/${account}/${kind}" data-once>
        ${formTokenField(caller)} ${hidden}
        <div class="actions">
          <button class="${isHarmful ? 'danger' : 'primary'}">${verbs[kind]}</button>
          <a class="button quiet" href="${backTo(kind, preview)}">${texts.notNow}</a>
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
  const texts = changeTexts.entitlement;
  const entry = (atMs: number, what: HtmlValue, who: string) =>
    html`<li>
      ${timeText(atMs)}
      <div>${what}<br /><small>${who}</small></div>
    </li>`;
  return html`<ol class="timeline">
    ${revokedAtMs === null ? null : entry(revokedAtMs, texts.revoked(entitlement.revokeReason ?? ''), entitlement.revokedBy ?? '')}
    ${extensions
      .toReversed()
      .map((one) =>
        entry(
          one.atMs,
          texts.extended(renderEnd(one.fromMs), renderEnd(one.toMs), one.reason),
          one.extendedBy,
        ),
      )}
    ${entry(entitlement.grantedAtMs, texts.granted(entitlement.grantReason), entitlement.grantedBy)}
  </ol>`;
}

function renderExtendForm({ account, id, notAfterMs }: EntitlementRecord): Html {
  const reason = { required: true, maxlength: 500 };
  const min = notAfterMs === null ? '' : new Date(notAfterMs + 1).toISOString().slice(0, 10);
  return html`<form class="form" action="/accounts/${account}/preview/extend">
    <input type="hidden" name="entitlement" value="${id}" />
    ${renderTextField({
      name: 'until',
      label: changeTexts.until,
      type: 'date',
      idPrefix: 'extend-',
      attributes: { required: true, min },
    })}
    ${renderTextField({ name: 'reason', label: changeTexts.reason, idPrefix: 'extend-', attributes: reason })}
    <button class="primary">${changeTexts.entitlement.previewExtension}</button>
  </form>`;
}

function renderRevokeForm({ account, id }: EntitlementRecord): Html {
  return html`<form class="form" action="/accounts/${account}/preview/revoke">
    <input type="hidden" name="entitlement" value="${id}" />
    ${renderTextField({
      name: 'reason',
      label: changeTexts.reason,
      idPrefix: 'revoke-',
      attributes: { required: true, maxlength: 500 },
    })}
    <button>${changeTexts.entitlement.previewRevocation}</button>
  </form>`;
}

function renderReleases(releases: readonly ReleaseWithFiles[]): Html {
  const texts = changeTexts.preview;
  return html`${renderTable({
    caption: texts.releases,
    columns: [texts.release, texts.channel, { heading: texts.files, kind: 'number' }],
    rows: releases
      .slice(0, rowsShownMax)
      .map(({ version, channel, files }) => [
        html`${version}<br /><small>${files.slice(0, 3).join(', ')}${files.length > 3 ? ' …' : ''}</small>`,
        channel,
        countText(files.length),
      ]),
    empty: texts.none,
  })}
  ${more(releases.length)}`;
}

function renderEnded({ endedDeliveries }: ChangePreview): Html {
  const texts = changeTexts.preview;
  return html`${renderTable({
    caption: texts.ended,
    columns: [texts.file, texts.node, texts.by],
    rows: endedDeliveries
      .slice(0, rowsShownMax)
      .map((one) => [`${one.product}/${one.version}/${one.file}`, one.nodeName, one.requestedBy]),
    empty: texts.none,
  })}
  ${more(endedDeliveries.length)}`;
}

function more(count: number): Html | null {
  return count <= rowsShownMax
    ? null
    : html`<p class="fine">${changeTexts.preview.more(countText(count - rowsShownMax))}</p>`;
}
