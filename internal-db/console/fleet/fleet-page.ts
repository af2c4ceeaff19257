// The console's overview of the fleet: figures, versions as charts, who is missing by site, what failed, what was turned away.
import { describeCode, describeOutcome, describeRefusal } from '#commlink/fleet/appliance-words.ts';
import type { FleetRefusal } from '#commlink/methods/fleet-admin-methods.ts';
import { renderNumbers } from '#commlink/pages/components/parts.ts';
import { renderTable } from '#commlink/pages/components/table.ts';
import { html, type Html } from '#commlink/pages/html.ts';
import { countText, timeText } from '../texts/sizes-and-times.ts';
import { spokenLanguage } from '../../texts/spoken-language.ts';
import { renderBarChart } from '../../charts/bar-chart.ts';
import type { FailedInstallation, MissingSite, VersionCount } from '../../store/fleet-watch.ts';
import { renderPage } from '../layout.ts';
import { livePage } from '../live/live-page.ts';
import type { StaffCaller } from '../staff-session.ts';
import { renderSection } from '../support/parts.ts';
import { fleetTexts as texts } from '../texts/console-texts.ts';
import { failedListedMax } from './limits.ts';

/** What the page shows. */
export interface FleetView {
  readonly counts: { active: number; quarantined: number; retired: number; missing: number };
  readonly versions: readonly VersionCount[];
  readonly missingSites: readonly MissingSite[];
  readonly failed: readonly FailedInstallation[];
  readonly refusals: readonly FleetRefusal[];
}

/** The page. */
export function renderFleetPage(caller: StaffCaller, view: FleetView): string {
  const { counts, failed } = view;
  const failing =
    failed.length < failedListedMax ? countText(failed.length) : texts.andMore(countText(failed.length));
  return renderPage({
    title: texts.title,
    section: '/fleet',
    lead: texts.lead,
    caller,
    live: livePage('/fleet', view),
    actions: html`<a class="button" href="/fleet/appliances">${texts.links.appliances}</a>
      <a class="button" href="/rollouts">${texts.links.rollouts}</a>`,
    content: html`<section aria-label="${texts.figures}">
        ${renderNumbers([
          [texts.active, countText(counts.active)],
          [texts.missing, countText(counts.missing)],
          [texts.failing, failing],
          [texts.quarantined, countText(counts.quarantined)],
          [texts.retired, countText(counts.retired)],
        ])}
      </section>
      ${renderSection('versions', texts.versions.heading, renderVersions(view))}
      ${renderSection('missing', texts.missingSites.heading, renderMissing(view))}
      ${renderSection('failed', texts.failed.heading, renderFailed(view))}
      ${renderSection('refusals', texts.refusals.heading, renderRefusals(view))}`,
  });
}

function renderVersions({ versions }: FleetView): Html {
  if (versions.length === 0) return html`<p class="empty">${texts.versions.empty}</p>`;
  const byProduct = Map.groupBy(versions, ({ product }) => product);
  return html`${[...byProduct].map(
    ([product, counts]) =>
      html`<h3>${product}</h3>
        <figure class="chart">
          ${renderBarChart({
            title: texts.versions.of(product),
            bars: counts.map(({ version, count }) => ({
              name: version ?? texts.versions.none,
              value: count,
              series: version === null ? 1 : 0,
            })),
            format: countText,
          })}
        </figure>
        <p><a href="/rollouts/behind?product=${product}">${texts.versions.behind(product)}</a></p>`,
  )}`;
}

function renderMissing({ missingSites, counts }: FleetView): Html {
  const { account, site, noSite, count, since, empty, nobody, heading } = texts.missingSites;
  return renderTable({
    caption: heading,
    columns: [account, site, { heading: count, kind: 'number' }, since],
    rows: missingSites.map((each) => [
      html`<a
        href="/fleet/appliances?${new URLSearchParams({ account: each.account, missing: 'yes' }).toString()}"
        >${each.account}</a
      >`,
      each.site ?? noSite,
      countText(each.missingCount),
      timeText(each.sinceMs),
    ]),
    empty: counts.active === 0 ? nobody : empty,
  });
}

function renderFailed({ failed }: FleetView): Html {
  const list = texts.failed;
  return renderTable({
    caption: list.heading,
    columns: [list.appliance, list.account, list.release, list.outcome, list.when],
    rows: failed.map(({ uid, name, account, product, version, outcome, code, atMs }) => [
      html`<a href="/fleet/appliances/${uid}">${name}</a>`,
      html`<a href="/accounts/${account}">${account}</a>`,
      `${product} ${version}`,
      html`${describeOutcome(outcome, spokenLanguage())}: ${describeCode(code, spokenLanguage())}
        <small>${code}</small>`,
      timeText(atMs),
    ]),
    empty: list.empty,
  });
}

function renderRefusals({ refusals }: FleetView): Html {
  const list = texts.refusals;
  return renderTable({
    caption: list.heading,
    columns: [list.kind, list.subject, list.address, { heading: list.count, kind: 'number' }, list.last],
    rows: refusals.map(({ kind, subject, address, refusedCount, lastAtMs }) => [
      describeRefusal(kind, spokenLanguage()),
      html`<code>${subject}</code>`,
      address,
      countText(refusedCount),
      timeText(lastAtMs),
    ]),
    empty: list.empty,
  });
}
