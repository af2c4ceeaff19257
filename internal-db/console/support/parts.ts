// Small parts that the support pages share: sections, states of entitlements, links. Called by the pages beside this one.
import { renderTextField } from '#commlink/pages/components/form-field.ts';
import { renderTag } from '#commlink/pages/components/parts.ts';
import { html, type Html, type HtmlValue } from '#commlink/pages/html.ts';
import { countText, dayText } from '#commlink/pages/sizes-and-times.ts';
import type { EntitlementRecord } from '../../store/entitlements.ts';

/** People and live deliveries that the page of a customer shows; the rest is counted. */
export const rowsShownMax = 25;

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
  if (revokedAtMs !== null) return renderTag('bad', 'revoked');
  if (notAfterMs !== null && notAfterMs < nowMs) return renderTag('warn', 'expired');
  if (notBeforeMs !== null && notBeforeMs > nowMs) return renderTag('plain', 'not yet valid');
  return renderTag('good', 'in force');
}

/** What an entitlement admits, in a few words. */
export function renderTerms(terms: Pick<EntitlementRecord, 'versions' | 'channels' | 'downloadsMax'>): Html {
  const { versions, channels, downloadsMax } = terms;
  const parts = [
    versions === '*' ? 'every version' : `versions ${versions}`,
    channels === null ? 'every channel' : channels.join(', '),
    ...(downloadsMax === null ? [] : [`${downloadsMax} downloads`]),
  ];
  return html`${parts.join(' · ')}`;
}

/** Until when; in words where there is no end. */
export function renderEnd(notAfterMs: number | null): Html {
  return notAfterMs === null ? html`no end` : dayText(notAfterMs);
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

/** What follows a list that was cut. */
export function moreThanShown(count: number): Html | null {
  return count <= rowsShownMax
    ? null
    : html`<p class="fine">And ${countText(count - rowsShownMax)} more.</p>`;
}
