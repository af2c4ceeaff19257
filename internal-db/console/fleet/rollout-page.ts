// The console's page of one rollout: how far it is, what became of its appliances, and what can be done.
import type { Rollout, RolloutCounts } from '#commlink/methods/rollout-admin-methods.ts';
import { renderTextField } from '#commlink/pages/components/form-field.ts';
import { renderFacts, renderFold, renderNumbers } from '#commlink/pages/components/parts.ts';
import { renderTable } from '#commlink/pages/components/table.ts';
import { html, type Html } from '#commlink/pages/html.ts';
import { countText, timeText } from '../texts/sizes-and-times.ts';
import { renderBarChart } from '../../charts/bar-chart.ts';
import { formTokenField, renderPage, type PageParts } from '../layout.ts';
import { livePage } from '../live/live-page.ts';
import { mayDo } from '../staff-permissions.ts';
import type { StaffCaller } from '../staff-session.ts';
import { renderReason, renderSection } from '../support/parts.ts';
import { rolloutsTexts } from '../texts/console-texts.ts';
import { rolloutTag, targetsOf } from './rollouts-page.ts';

/** What the page shows. */
export interface RolloutView {
  readonly rollout: Rollout;
  readonly counts: RolloutCounts;
}

type Action = 'pause' | 'resume' | 'abort' | 'rollback';

const texts = rolloutsTexts.one;
const minuteMs = 60_000;
/** What can be done from each state. */
const actionsIn: Readonly<Record<Rollout['state'], readonly Action[]>> = {
  running: ['pause', 'abort', 'rollback'],
  paused: ['resume', 'abort', 'rollback'],
  stopped: ['resume', 'abort', 'rollback'],
  aborted: ['rollback'],
  completed: ['rollback'],
};

/** The page. */
export function renderRolloutPage(
  caller: StaffCaller,
  view: RolloutView,
  notice: PageParts['notice'] = null,
): string {
  const { rollout, counts } = view;
  const { product, version, id } = rollout;
  return renderPage({
    title: texts.title(product, version),
    section: '/rollouts',
    crumb: { href: '/rollouts', text: rolloutsTexts.title },
    caller,
    notice,
    live: livePage(`/rollouts/${id}`, view),
    content: html`${renderFactsOf(rollout)}
      <section aria-label="${texts.figures}">
        ${renderNumbers([
          [texts.reached, countText(counts.reached)],
          [texts.installed, countText(counts.installed)],
          [texts.failed, countText(counts.failed)],
          [texts.missing, countText(counts.missing)],
          [texts.pending, countText(counts.pending)],
        ])}
        ${renderChart(counts)}
        <p><a href="/rollouts/behind?product=${product}">${texts.behind(product)}</a></p>
      </section>
      ${renderSection('waves', texts.waves.heading, renderWaves(rollout))}
      ${mayDo(caller.staff.role, 'rollout.write') ? renderActions(caller, rollout) : null}`,
  });
}

function renderFactsOf(rollout: Rollout): Html {
  const { facts } = texts;
  const { windows, previousVersion, waveCount, waves, openPercent } = rollout;
  const wave = `${rolloutsTexts.waveOf(waveCount, waves.length)}, ${rolloutsTexts.percent(openPercent)}`;
  return renderFacts([
    [facts.state, html`${rolloutTag(rollout)} ${timeText(rollout.stateSinceMs)}`],
    [facts.why, rollout.stateReason],
    [facts.targets, targetsOf(rollout)],
    [facts.wave, wave],
    [facts.settled, rollout.waveSettledAtMs === null ? facts.notSettled : timeText(rollout.waveSettledAtMs)],
    [facts.windows, windows.length === 0 ? facts.atAnyTime : windows.join(', ')],
    [facts.stops, texts.stops(rollout.failedPercentMax, rollout.missingPercentMax, rollout.stopCountMin)],
    [facts.before, previousVersion ?? facts.nothing],
    [facts.begun, texts.begun(timeText(rollout.createdAtMs), rollout.createdBy)],
    [facts.reason, rollout.reason],
  ]);
}

function renderChart({ reached, sent, installed, failed, missing, pending }: RolloutCounts): Html | null {
  if (reached === 0) return null;
  const installing = Math.max(0, sent - installed - failed - missing);
  return html`<figure class="chart">
    ${renderBarChart({
      title: texts.chart,
      bars: [
        { name: texts.installed, value: installed, series: 0 },
        { name: texts.installing, value: installing, series: 0 },
        { name: texts.pending, value: pending, series: 0 },
        { name: texts.failed, value: failed, series: 1 },
        { name: texts.missing, value: missing, series: 1 },
      ],
      format: countText,
    })}
  </figure>`;
}

function renderWaves({ waves, waveCount, state }: Rollout): Html {
  const list = texts.waves;
  const stateOf = (index: number): string => {
    if (index >= waveCount) return list.waits;
    return index === waveCount - 1 && state !== 'completed' ? list.open : list.over;
  };
  return renderTable({
    caption: list.heading,
    columns: [list.wave, { heading: list.share, kind: 'number' }, list.soak, list.state],
    rows: waves.map(({ percent, soakMs }, index) => [
      String(index + 1),
      rolloutsTexts.percent(percent),
      list.span(Math.round((soakMs / minuteMs) * 10) / 10),
      stateOf(index),
    ]),
    empty: list.empty,
  });
}

function renderActions(caller: StaffCaller, { id, state }: Rollout): Html {
  const { actions } = rolloutsTexts;
  const forms = actionsIn[state].map((action) => {
    const { summary, what, button } = actions[action];
    return renderFold(
      summary,
      html`<p>${what}</p>
        <form class="form" method="post" action="/rollouts/${id}/${action}" data-once>
          ${formTokenField(caller)} ${action === 'rollback' ? renderVersion() : null}
          ${renderReason(actions.reason, `${action}-`)}
          <button class="${action === 'abort' || action === 'rollback' ? 'danger' : 'primary'}">
            ${button}
          </button>
        </form>`,
    );
  });
  return renderSection('actions', actions.heading, html`${forms}`);
}

function renderVersion(): Html {
  const { version, versionHint } = rolloutsTexts.actions.rollback;
  return renderTextField({
    name: 'version',
    label: version,
    hint: versionHint,
    attributes: { maxlength: 64 },
  });
}
