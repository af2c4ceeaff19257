// What an appliance's newest beat says beside what is installed: problems, plug-ins, what was downloaded. Called by appliance-page.ts.
// All of it is the appliance's own word.
import { describeCode, describeData, describeExit } from '#commlink/fleet/appliance-words.ts';
import type { ApplianceReport } from '#commlink/methods/fleet-admin-methods.ts';
import { renderFold } from '#commlink/pages/components/parts.ts';
import { renderTable } from '#commlink/pages/components/table.ts';
import { html, type Html } from '#commlink/pages/html.ts';
import { sizeText, timeText } from '../texts/sizes-and-times.ts';
import { spokenLanguage } from '../../texts/spoken-language.ts';
import { applianceTexts } from '../texts/console-texts.ts';

const texts = applianceTexts.report;

/** The section's content. */
export function renderReport(report: ApplianceReport | null): Html {
  if (report === null) return html`<p class="empty">${texts.empty}</p>`;
  return html`<p class="fine">${texts.from(timeText(report.atMs))}</p>
    ${renderProblems(report)} ${report.plugins.length === 0 ? null : renderPlugins(report)}
    ${renderDownloads(report)}`;
}

function renderProblems({ problems }: ApplianceReport): Html {
  const list = texts.problems;
  return renderTable({
    caption: list.heading,
    columns: [list.what, list.about, list.when],
    rows: problems.map(({ code, about, atMs }) => [
      html`${describeCode(code, spokenLanguage())} <small>${code}</small>`,
      about,
      timeText(atMs),
    ]),
    empty: list.empty,
  });
}

function renderPlugins({ plugins }: ApplianceReport): Html {
  const list = texts.plugins;
  const table = renderTable({
    caption: list.heading,
    columns: [list.name, list.phase, list.end, list.data],
    rows: plugins.map(({ name, phase, exitCode, data, output }) => [
      html`<code>${name}</code>`,
      list.phases[phase],
      exitCode === null
        ? list.notEnded
        : exitCode === 0
          ? list.well
          : describeExit(exitCode, spokenLanguage()),
      html`${describeData(data) || list.nothing} ${renderOutput(output)}`,
    ]),
    empty: '',
  });
  return html`<h3>${list.heading}</h3>
    ${table}`;
}

/** What a program wrote, folded; nothing where it wrote nothing. */
export function renderOutput(output: string): Html | null {
  return output === '' ? null : renderFold(texts.output, html`<pre tabindex="0">${output}</pre>`);
}

function renderDownloads({ downloads: { bytes, resumed, source } }: ApplianceReport): Html | null {
  if (bytes === 0 && resumed === 0) return null;
  const before = resumed === 0 ? null : texts.resumed(sizeText(resumed));
  return html`<p>${texts.downloads(sizeText(bytes), source ?? texts.noSource)} ${before}</p>`;
}
