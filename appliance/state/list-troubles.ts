// What is wrong with this appliance as far as its agent knows, in lines for a person: the centre's order, what was begun and not ended,
// what failed under the catalog that is in force, and the problems of the last cycle. Callers: the commands and the loop's log.
import type { InstallOutcome } from '#commlink/fleet/beat.ts';
import type { AgentErrorCode } from '../agent-error.ts';
import type { JournalContent } from './journal.ts';

const orderWords: Readonly<Record<string, string>> = {
  quarantined: 'order: quarantined, nothing is changed until an operator lifts it',
  retired: 'order: retired, it is looked after no more',
};
const outcomeWords: Readonly<Record<InstallOutcome, string>> = {
  installed: 'installed',
  failed: 'failed, there was no old version',
  rolled_back: 'failed, the old version is in force again',
  refused: 'refused',
};

const mishap: AgentErrorCode = 'source_failed';

/** The troubles, one a line; none: all is well. */
export function listTroubles(content: JournalContent): string[] {
  const { lastBeat, pending, attempts } = content;
  const order = orderWords[lastBeat?.order ?? ''];
  return [
    ...(order === undefined ? [] : [order]),
    ...(pending === null ? [] : [`begun and not ended: ${pending.next.path}`]),
    ...Object.keys(attempts).flatMap((path) => describeFailure(content, path)),
    ...describeProblems(content, (code) => code !== mishap).map((line) => `problem ${line}`),
  ];
}

/** What came of the last try, with the last line that was said of it. */
function describeFailure({ history }: JournalContent, path: string): string[] {
  const last = history.findLast((one) => one.path === path && one.outcome !== 'installed');
  if (last === undefined) return [];
  const { outcome, code, exitCode, output, atMs } = last;
  const ended = exitCode === null ? '' : `, exit code ${exitCode}`;
  const line = output.trimEnd().split('\n').at(-1) ?? '';
  const said = line === '' ? '' : `: ${line}`;
  return [`${path}: ${outcomeWords[outcome]} (${code}${ended}, ${new Date(atMs).toISOString()})${said}`];
}

/** What went wrong and did no harm: another source had it. One a line. */
export function listMishaps(content: JournalContent): string[] {
  return describeProblems(content, (code) => code === mishap).map((line) => `got round: ${line}`);
}

/** Those of the last cycle, and those that no beat has told yet. */
function describeProblems(
  { problems, troubles }: JournalContent,
  isMeant: (code: string) => boolean,
): string[] {
  const meant = [...troubles, ...problems].filter(({ code }) => isMeant(code));
  return [...new Set(meant.map(({ code, about }) => `${code}: ${about}`))];
}
