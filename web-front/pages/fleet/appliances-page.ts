// The page of a customer's appliances: which there are and how they are; and, for owners, codes for new ones, whose secrets are shown
// once. Called by appliances-routes.ts.
import type { Appliance } from '#commlink/methods/fleet-methods.ts';
import { renderPager, renderTag, type Mood } from '#commlink/pages/components/parts.ts';
import { renderTable } from '#commlink/pages/components/table.ts';
import { html, type Html, type HtmlValue } from '#commlink/pages/html.ts';
import { timeText } from '#commlink/pages/sizes-and-times.ts';
import { renderPage, type PageFrame, type Viewer } from '../layout.ts';
import { renderCodes, type CodesView } from './codes-part.ts';

/** What the page shows; `codes` for owners, on the first page. */
export interface AppliancesView {
  readonly appliances: readonly Appliance[];
  readonly counts: { readonly active: number; readonly missing: number };
  readonly isFirst: boolean;
  readonly next: string | null;
  readonly codes: CodesView | null;
}

const moods = {
  active: 'good',
  missing: 'bad',
  quarantined: 'warn',
  retired: 'plain',
} as const satisfies Record<string, Mood>;

/** The page. */
export function appliancesPage(frame: PageFrame, viewer: Viewer, view: AppliancesView): string {
  const texts = frame.texts.appliances;
  const { active, missing } = view.counts;
  const main = html`<header class="page-head">
      <h1>${texts.title}</h1>
      <p class="lead">${texts.lead}</p>
    </header>
    ${view.codes?.created ? renderCodes.created(frame, view.codes.created) : null}
    <section aria-labelledby="appliances">
      <h2 id="appliances">${texts.heading}</h2>
      ${active === 0 ? null : html`<p>${texts.counts(active, missing)}</p>`} ${applianceTable(frame, view)}
      ${renderPager({
        label: texts.title,
        first: view.isFirst ? null : { href: '/appliances', text: texts.first },
        next: view.next === null ? null : { href: `/appliances?after=${view.next}`, text: texts.more },
      })}
    </section>
    ${view.codes ? renderCodes.part(frame, viewer, view.codes) : null}`;
  return renderPage(frame, { title: texts.title, viewer, section: 'appliances', main });
}

function applianceTable(frame: PageFrame, { appliances }: AppliancesView): Html {
  const texts = frame.texts.appliances;
  return renderTable({
    caption: texts.table,
    columns: [texts.name, texts.site, texts.state, texts.lastBeat],
    rows: appliances.map((appliance) => applianceCells(frame, appliance)),
    empty: texts.empty,
  });
}

function applianceCells(frame: PageFrame, appliance: Appliance): readonly HtmlValue[] {
  const texts = frame.texts.appliances;
  const { name, type, uid, site, lastBeatAtMs } = appliance;
  const state = appliance.missingSinceMs === null ? appliance.state : 'missing';
  return [
    html`<strong class="name">${name}</strong><small>${type} · <code>${uid}</code></small>`,
    site ?? '–',
    renderTag(moods[state], texts.states[state]),
    lastBeatAtMs === null ? texts.never : timeText(lastBeatAtMs, frame.language),
  ];
}
