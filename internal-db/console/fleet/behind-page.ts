// The console's page of who is behind with a product, and why.
import type { BehindAppliance } from '#commlink/methods/rollout-admin-methods.ts';
import { renderPager } from '#commlink/pages/components/parts.ts';
import { renderTable } from '#commlink/pages/components/table.ts';
import { html, type HtmlValue } from '#commlink/pages/html.ts';
import { timeText } from '../texts/sizes-and-times.ts';
import { renderPage } from '../layout.ts';
import type { StaffCaller } from '../staff-session.ts';
import { rolloutsTexts } from '../texts/console-texts.ts';

const texts = rolloutsTexts.behind;

/** The page. */
export function renderBehindPage(
  caller: StaffCaller,
  view: { product: string; appliances: readonly BehindAppliance[]; next: string | null },
): string {
  const { product, appliances, next } = view;
  return renderPage({
    title: texts.title(product),
    section: '/rollouts',
    crumb: { href: '/rollouts', text: rolloutsTexts.title },
    lead: texts.lead,
    caller,
    content: html`${renderTable({
      caption: texts.title(product),
      columns: [
        texts.appliance,
        texts.account,
        texts.group,
        texts.installed,
        texts.offered,
        texts.why,
        texts.lastBeat,
      ],
      rows: appliances.map((appliance) => [
        html`<a href="/fleet/appliances/${appliance.uid}">${appliance.name}</a>`,
        html`<a href="/accounts/${appliance.account}">${appliance.account}</a>`,
        appliance.group,
        appliance.installed ?? texts.nothing,
        offerOf(appliance),
        reasonOf(appliance),
        appliance.lastBeatAtMs === null ? texts.never : timeText(appliance.lastBeatAtMs),
      ]),
      empty: texts.empty,
    })}
    ${renderPager({
      label: texts.pages,
      first: null,
      next:
        next === null
          ? null
          : { href: `/rollouts/behind?product=${product}&after=${next}`, text: texts.more },
    })}`,
  });
}

function offerOf({ offered, target }: BehindAppliance): string {
  if (offered === null) return texts.nothing;
  return target === null || target === offered ? offered : texts.way(offered, target);
}

function reasonOf({ why, detail, rollout }: BehindAppliance): HtmlValue {
  const reason = rolloutsTexts.reasons[why] ?? why;
  const text = detail === null || detail === '' ? reason : rolloutsTexts.withDetail(reason, detail);
  if (rollout === null) return text;
  return rolloutsTexts.rolloutOf(text, html`<a href="/rollouts/${rollout}">${rolloutsTexts.link}</a>`);
}
