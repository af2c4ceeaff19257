// The console's page of one appliance: how it stands, what it was sent and has confirmed, its days and its timeline.
import {
  describeCode,
  describeEvent,
  describeOutcome,
  describeReason,
} from '#commlink/fleet/appliance-words.ts';
import type { ApplianceFacts } from '#commlink/methods/fleet-admin-methods.ts';
import { renderCopyable, renderFacts, renderNotice } from '#commlink/pages/components/parts.ts';
import { renderTable } from '#commlink/pages/components/table.ts';
import { html, type Html, type HtmlValue } from '#commlink/pages/html.ts';
import { countText, dayText, sizeText, timeText } from '../texts/sizes-and-times.ts';
import { spokenLanguage } from '../../texts/spoken-language.ts';
import { renderChartWithTable } from '../../charts/chart-with-table.ts';
import { renderColumnChart } from '../../charts/column-chart.ts';
import type { ApplianceDay } from '../../store/fleet-beats.ts';
import { renderPage, type PageParts } from '../layout.ts';
import { livePage } from '../live/live-page.ts';
import { mayDo } from '../staff-permissions.ts';
import type { StaffCaller } from '../staff-session.ts';
import { renderSection } from '../support/parts.ts';
import { applianceTexts as texts, fleetTexts } from '../texts/console-texts.ts';
import { renderApplianceActions } from './appliance-actions.ts';
import { renderOutput, renderReport } from './appliance-report.ts';
import { renderState } from './appliances-page.ts';

/** What the page shows. */
export interface ApplianceView {
  readonly facts: ApplianceFacts;
  /** The newest first. */
  readonly days: readonly ApplianceDay[];
}

const dayMs = 86_400_000;

/** The page. `command`: to restore it with, shown once. */
export function renderAppliancePage(
  caller: StaffCaller,
  view: ApplianceView,
  { notice, command }: { notice: PageParts['notice']; command: string | null },
): string {
  const { facts } = view;
  const { appliance } = facts;
  return renderPage({
    title: appliance.name,
    section: '/fleet',
    crumb: { href: '/fleet/appliances', text: fleetTexts.links.appliances },
    caller,
    notice: notice ?? null,
    // What is shown once must not be loaded again.
    live: command === null ? livePage(`/fleet/appliances/${appliance.uid}`, view) : null,
    content: html`${command === null ? null : renderNotice('good', texts.command(renderCopyable(texts.commandIs, command)))}
    ${renderFactsOf(facts)} ${renderSection('products', texts.products.heading, renderProducts(facts))}
    ${renderSection('report', texts.report.heading, renderReport(facts.report))}
    ${renderSection('days', texts.days.heading, renderDays(view))}
    ${facts.files.length === 0 ? null : renderSection('files', texts.files.heading, renderFiles(facts))}
    ${renderSection('timeline', texts.timeline.heading, renderTimeline(facts))}
    ${mayDo(caller.staff.role, 'appliance.write') ? renderApplianceActions(caller, appliance) : null}`,
  });
}

function renderFactsOf({ appliance, catalog, restoringSinceMs, report }: ApplianceFacts): Html {
  const { facts } = texts;
  const { machine, site, tags, stateReason } = appliance;
  return renderFacts([
    [
      facts.state,
      html`${renderState(appliance)} <small>${describeReason(stateReason, spokenLanguage())}</small>`,
    ],
    [facts.account, html`<a href="/accounts/${appliance.account}">${appliance.account}</a>`],
    [facts.type, appliance.type],
    [facts.site, site],
    [facts.group, appliance.group],
    [facts.tags, tags.length === 0 ? null : tags.join(', ')],
    [facts.uid, html`<code>${appliance.uid}</code>`],
    [facts.enrolled, timeText(appliance.enrolledAtMs)],
    [
      facts.lastBeat,
      report ? texts.beat(timeText(report.atMs), report.cause, report.address) : timeText(null),
    ],
    [facts.agent, appliance.agentVersion || null],
    [facts.load, machine && String(machine.loadAverage)],
    [facts.memory, machine && texts.of(sizeText(machine.memoryFreeBytes), sizeText(machine.memoryBytes))],
    [facts.disk, machine && texts.of(sizeText(machine.diskFreeBytes), sizeText(machine.diskBytes))],
    [facts.running, machine && report && timeText(Math.max(0, report.atMs - machine.uptimeSeconds * 1000))],
    [facts.clock, report && texts.clock(report.clockOffsetMs)],
    [facts.catalog, catalog && renderCatalog(catalog)],
    [facts.restoring, restoringSinceMs && timeText(restoringSinceMs)],
  ]);
}

function renderCatalog({ version, madeAtMs, fetchedAtMs }: NonNullable<ApplianceFacts['catalog']>): Html {
  const fetched = fetchedAtMs === null ? texts.notFetched : timeText(fetchedAtMs);
  return texts.catalogVersion(version, timeText(madeAtMs), fetched);
}

function renderProducts({ products }: ApplianceFacts): Html {
  const list = texts.products;
  const versionAt = (version: string | null, atMs: number | null): HtmlValue =>
    version === null ? texts.products.nothing : html`${version} <small>${timeText(atMs)}</small>`;
  return renderTable({
    caption: list.heading,
    columns: [list.product, list.sent, list.confirmed, list.outcome],
    rows: products.map((each) => [
      html`<a href="/products/${each.product}">${each.product}</a>`,
      versionAt(each.sentVersion, each.sentAtMs),
      versionAt(each.confirmedVersion, each.confirmedAtMs),
      each.outcome === null
        ? list.nothing
        : html`${each.outcomeVersion}: ${describeOutcome(each.outcome, spokenLanguage())}
            ${renderCode(each.outcomeCode)} <small>${timeText(each.outcomeAtMs)}</small>`,
    ]),
    empty: list.empty,
  });
}

/** Why, where there is a why. */
function renderCode(code: string | null): Html | null {
  return code === null || code === 'ok'
    ? null
    : html`– ${describeCode(code, spokenLanguage())} <small>${code}</small>`;
}

function renderFiles({ files }: ApplianceFacts): Html {
  const list = texts.files;
  return renderTable({
    caption: list.heading,
    columns: [list.path, list.sent, list.confirmed],
    rows: files.map(({ path, sentSha256, sentAtMs, confirmedSha256, confirmedAtMs }) => [
      html`<code>${path}</code>`,
      timeText(sentAtMs),
      html`${sentSha256 === confirmedSha256 ? list.same : list.differs} ${timeText(confirmedAtMs)}`,
    ]),
    empty: list.empty,
  });
}

function renderDays({ days }: ApplianceView): Html {
  const list = texts.days;
  const chart = renderColumnChart({
    title: list.chart,
    series: [list.beats],
    columns: days.toReversed().map(({ day, beatCount }) => ({
      label: new Date(day * dayMs).toISOString().slice(5, 10),
      values: [beatCount],
    })),
    format: countText,
  });
  const number = (heading: string) => ({ heading, kind: 'number' as const });
  const table = renderTable({
    caption: list.table,
    columns: [list.day, number(list.beats), number(list.load), number(list.memory), number(list.disk)],
    rows: days.map(({ day, beatCount, loadMaxPercent, memoryFreeMinBytes, diskFreeMinBytes }) => [
      dayText(day * dayMs),
      countText(beatCount),
      String(loadMaxPercent / 100),
      sizeText(memoryFreeMinBytes),
      sizeText(diskFreeMinBytes),
    ]),
    empty: list.empty,
  });
  return days.length === 0 ? table : renderChartWithTable(chart, table, list.table);
}

function renderTimeline({ events }: ApplianceFacts): Html {
  const list = texts.timeline;
  return renderTable({
    caption: list.heading,
    columns: [list.when, list.what, list.detail],
    rows: events.map((event) => {
      const { title, text, output } = describeEvent(event, spokenLanguage());
      return [timeText(event.atMs), title, html`${text} ${renderOutput(output)}`];
    }),
    empty: list.empty,
  });
}
