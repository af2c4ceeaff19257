// `consign appliance show` for people: how an appliance is, what it has and reports, and what happened to it. Called by
// commands/appliance.ts. What the appliance says is shown without control characters.
import {
  describeCode,
  describeData,
  describeEvent,
  describeExit,
  describeOutcome,
  describeReason,
} from '#commlink/fleet/appliance-words.ts';
import type { ApplianceFacts, ApplianceReport } from '#commlink/methods/fleet-admin-methods.ts';
import { formatBytes, formatSpan, formatTable, formatTime, showable, showableLines } from '../text.ts';

/** All of it, in parts with an empty line between. */
export function describeAppliance(facts: ApplianceFacts): string {
  const { report, files } = facts;
  const parts = [
    describeStanding(facts),
    describeProducts(facts),
    files.map((file) => `${showable(file.path)}  ${standingOf(file)}`).join('\n'),
    report === null ? '' : describeReport(report),
    describeTimeline(facts),
  ];
  return parts.filter((part) => part !== '').join('\n\n');
}

function describeStanding({ appliance, restoringSinceMs, report }: ApplianceFacts): string {
  const { uid, name, account, site, type, group, tags, state, stateReason, agentVersion } = appliance;
  const { machine, missingSinceMs, lastBeatAtMs } = appliance;
  const free = (part: number, whole: number): string => `${formatBytes(part)} of ${formatBytes(whole)} free`;
  const reason = stateReason === '' ? '' : ` (${describeReason(stateReason)})`;
  const beat = report && `${formatTime(report.atMs)} (${report.cause}) from ${report.address}`;
  return [
    `${name} (${uid})`,
    `account    ${account}${site === null ? '' : `, site ${site}`}`,
    `type       ${type}, group ${group}${tags.length === 0 ? '' : `, tags ${tags.join(' ')}`}`,
    `state      ${state}${reason}${restoringSinceMs === null ? '' : ', being restored'}`,
    `last beat  ${beat ?? timeOf(lastBeatAtMs)}${missingSinceMs === null ? '' : ', missing'}`,
    `agent      ${agentVersion === '' ? '-' : agentVersion}`,
    ...(machine === null || report === null
      ? []
      : [
          `machine    up ${formatSpan(machine.uptimeSeconds * 1000)}, load ${machine.loadAverage}, clock ${clockOf(report)}`,
          `memory     ${free(machine.memoryFreeBytes, machine.memoryBytes)}`,
          `disk       ${free(machine.diskFreeBytes, machine.diskBytes)}`,
        ]),
  ]
    .map(showable)
    .join('\n');
}

function clockOf({ clockOffsetMs }: ApplianceReport): string {
  if (Math.abs(clockOffsetMs) < 2000) return 'right';
  return `${formatSpan(Math.abs(clockOffsetMs))} ${clockOffsetMs > 0 ? 'ahead' : 'behind'}`;
}

function describeProducts({ products }: ApplianceFacts): string {
  return formatTable(
    ['product', 'sent', 'confirmed', 'last installation', 'at'],
    products.map((each) => [
      each.product,
      each.sentVersion ?? '-',
      each.confirmedVersion ?? '-',
      each.outcome === null ? '-' : outcomeOf(each.outcome, each.outcomeVersion, each.outcomeCode),
      timeOf(each.outcomeAtMs),
    ]),
  );
}

function outcomeOf(outcome: string, version: string | null, code: string | null): string {
  const why = code === null || code === 'ok' ? '' : `: ${describeCode(code)} (${code})`;
  return `${version ?? ''} ${describeOutcome(outcome)}${why}`;
}

function standingOf({ sentSha256, confirmedSha256 }: ApplianceFacts['files'][number]): string {
  if (sentSha256 === confirmedSha256) return 'as sent';
  return sentSha256 === null ? 'not sent any more' : 'sent, not confirmed';
}

function describeReport({ problems, plugins, downloads }: ApplianceReport): string {
  const { bytes, resumed, source } = downloads;
  const resumption = resumed === 0 ? '' : `, after ${formatBytes(resumed)} of earlier attempts`;
  return [
    ...(problems.length === 0 ? ['It reports no problem.'] : []),
    ...(problems.length === 0 ? [] : [describeProblems(problems)]),
    ...plugins.flatMap(describePlugin),
    ...(bytes === 0
      ? []
      : [`Downloaded ${formatBytes(bytes)} from ${showable(source ?? '?')}${resumption}.`]),
  ].join('\n');
}

function describeProblems(problems: ApplianceReport['problems']): string {
  return formatTable(
    ['problem', 'code', 'about', 'when, by its clock'],
    problems.map(({ code, about, atMs }) => [describeCode(code), code, about, formatTime(atMs)]),
  );
}

function describePlugin({ name, exitCode, data, output }: ApplianceReport['plugins'][number]): string[] {
  const end =
    exitCode === null ? ' was stopped' : exitCode === 0 ? '' : ` ended with ${describeExit(exitCode)}`;
  return [
    showable(`Plug-in ${name}${end}${data === null ? '' : `: ${describeData(data)}`}`),
    ...indentOutput(output),
  ];
}

function describeTimeline({ events }: ApplianceFacts): string {
  const described = events.map((event) => ({ ...describeEvent(event), atMs: event.atMs }));
  const table = formatTable(
    ['when', 'what', 'detail'],
    described.map(({ atMs, title, text }) => [formatTime(atMs), title, text]),
  );
  const newest = described.find(({ output }) => output !== '');
  if (newest === undefined) return table;
  return [
    table,
    `Output of ${formatTime(newest.atMs)}, ${newest.text}:`,
    ...indentOutput(newest.output),
  ].join('\n');
}

function indentOutput(output: string): string[] {
  const text = showableLines(output).trimEnd();
  return text === '' ? [] : text.split('\n').map((line) => `  ${line}`);
}

function timeOf(atMs: number | null): string {
  return atMs === null ? '-' : formatTime(atMs);
}
