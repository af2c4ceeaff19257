// Small parts that the support pages share: sections, states of entitlements, links. Called by the pages beside this one.
import { renderTextField } from '#commlink/pages/components/form-field.ts';
import { renderFold, renderTag } from '#commlink/pages/components/parts.ts';
import { renderTable, type Table } from '#commlink/pages/components/table.ts';
import { html, type Html, type HtmlValue } from '#commlink/pages/html.ts';
import { countText, dayText } from '../texts/sizes-and-times.ts';
import { customerRowsMax } from '../../limits.ts';
import { customersTexts, entitlementTexts as texts } from '../texts/console-texts.ts';
import type { EntitlementRecord } from '../../store/entitlements.ts';

/** Rows of a long table that are not folded. */
const rowsShownMax = 25;

/** A part of a page with its heading; `id` is where links lead to. */
export function renderSection(id: string, heading: string, content: HtmlValue): Html {
  return html`<section id="${id}" aria-labelledby="${id}-heading">
    <h2 id="${id}-heading">${heading}</h2>
    ${content}
  </section>`;
}

/** How an entitlement stands at a moment. */
export function renderEntitlementState(entitlement: EntitlementRecord, nowMs: number): Html {
  const { revokedAtMs, notAfterMs, notBeforeMs } = entitlement;
  if (revokedAtMs !== null) return renderTag('bad', texts.states.revoked);
  if (notAfterMs !== null && notAfterMs < nowMs) return renderTag('warn', texts.states.expired);
  if (notBeforeMs !== null && notBeforeMs > nowMs) return renderTag('plain', texts.states.notYet);
  return renderTag('good', texts.states.inForce);
}

/** What an entitlement admits, in a few words. */
export function renderTerms(terms: Pick<EntitlementRecord, 'versions' | 'channels' | 'downloadsMax'>): Html {
  const { versions, channels, downloadsMax } = terms;
  const parts = [
    versions === '*' ? texts.terms.everyVersion : texts.terms.versions(versions),
    channels === null ? texts.terms.everyChannel : channels.join(', '),
    ...(downloadsMax === null ? [] : [texts.terms.downloads(downloadsMax)]),
  ];
  return html`${parts.join(' · ')}`;
}

/** Until when; in words where there is no end. */
export function renderEnd(notAfterMs: number | null): Html {
  return notAfterMs === null ? html`${texts.noEnd}` : dayText(notAfterMs);
}

/** Why something is changed; every change of support has a reason. */
export function renderReason(label: string, idPrefix: string): Html {
  return renderTextField({
    name: 'reason',
    label,
    idPrefix,
    attributes: { required: true, maxlength: 500 },
  });
}

/** A table whose first rows are shown and the others folded; what is beyond the largest number is said to be missing. */
export function renderLongTable(table: Table): Html {
  const { caption, rows } = table;
  const folded = rows.slice(rowsShownMax, customerRowsMax);
  const others = { ...table, caption: customersTexts.others(caption), rows: folded };
  return html`${renderTable({ ...table, rows: rows.slice(0, rowsShownMax) })}
  ${folded.length > 0 ? renderFold(customersTexts.more(countText(folded.length)), renderTable(others)) : null}
  ${
    rows.length > customerRowsMax
      ? html`<p class="fine">${customersTexts.firstOnes(countText(customerRowsMax))}</p>`
      : null
  }`;
}
