// What happened to an appliance and what it says of itself, in words for staff: the console and the command line show the same ones.
// Callers: internal-db's console, and bin. What appliances say is data: whoever shows it makes it safe for where it is shown.

import { englishWords, type ApplianceWords } from './words/english.ts';
import { germanWords } from './words/german.ts';

/** A line of an appliance's timeline, as it is stored; `detail` is JSON. */
export interface StoredEvent {
  readonly atMs: number;
  readonly kind: string;
  readonly detail: string;
}

/** The same in words. `output`: the end of what a program said, in lines; empty when it said nothing. */
export interface DescribedEvent {
  readonly title: string;
  readonly text: string;
  readonly output: string;
}

/** Members that the details of events have, each kind its own. */
interface EventDetail {
  readonly actor?: string;
  readonly reason?: string;
  readonly code?: string;
  readonly codes?: readonly string[];
  readonly products?: Readonly<Record<string, string>>;
  readonly path?: string;
  readonly version?: string;
  readonly outcome?: string;
  readonly exitCode?: number | null;
  readonly output?: string;
  readonly sinceMs?: number;
}

/** A language that there are words in, as pages call it. */
type Language = 'en' | 'de';
const words: Readonly<Record<Language, ApplianceWords>> = { en: englishWords, de: germanWords };

/** A line of the timeline; a kind that is not known by its own name. Never throws for what internal-db has stored. */
export function describeEvent(
  { atMs, kind, detail }: StoredEvent,
  language: Language = 'en',
): DescribedEvent {
  const read = JSON.parse(detail) as EventDetail;
  const title = wordOf(words[language].titles, kind) ?? kind.replaceAll('_', ' ');
  return { title, text: describeDetail(kind, { ...read, atMs }, language), output: read.output ?? '' };
}

/** How an installation ended; an outcome that is not known by its own name. */
export function describeOutcome(outcome: string, language: Language = 'en'): string {
  return wordOf(words[language].outcomes, outcome) ?? outcome;
}

/** What a code of a problem or result means; one that is not known by its own name. */
export function describeCode(code: string, language: Language = 'en'): string {
  const { programs, ends, codes } = words[language];
  const [, program = '', end = ''] = /^(install|check|reload)_(.+)$/.exec(code) ?? [];
  const [who, what] = [wordOf(programs, program), wordOf(ends, end)];
  return who !== undefined && what !== undefined
    ? `${who} ${what}`
    : (wordOf(codes, code) ?? code.replaceAll('_', ' '));
}

/** Why a message was turned away; a reason that is not known by its own name. */
export function describeRefusal(kind: string, language: Language = 'en'): string {
  return wordOf(words[language].refusals, kind) ?? kind.replaceAll('_', ' ');
}

/** Why an appliance stands as it does: a person's words, or one of ours. */
export function describeReason(reason: string, language: Language = 'en'): string {
  return wordOf(words[language].reasons, reason) ?? reason;
}

/** What a plug-in's data says, as names and values; as it is, where it is no object. */
export function describeData(data: string | null): string {
  if (data === null) return '';
  try {
    const value: unknown = JSON.parse(data);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return data;
    return Object.entries(value)
      .map(([name, each]) => `${name}: ${typeof each === 'string' ? each : JSON.stringify(each)}`)
      .join(', ');
  } catch (error) {
    // Its author's, whose JSON may be none.
    if (error instanceof SyntaxError) return data;
    throw error;
  }
}

function describeDetail(
  kind: string,
  detail: EventDetail & { readonly atMs: number },
  language: Language,
): string {
  const { withCode, noneAnyMore, missingFor, by } = words[language];
  switch (kind) {
    case 'enrolled':
    case 'keys_replaced':
      return detail.code === undefined ? '' : withCode(detail.code);
    case 'problems':
      return detail.codes?.length === 0
        ? noneAnyMore
        : (detail.codes ?? []).map((code) => describeCode(code, language)).join(', ');
    case 'result':
      return describeResult(detail, language);
    case 'confirmed':
      return describeProducts(detail.products ?? {}, language);
    case 'back':
      return detail.sinceMs === undefined ? '' : missingFor(describeSpan(detail.atMs - detail.sinceMs));
    default:
      return [detail.reason && describeReason(detail.reason, language), detail.actor && by(detail.actor)]
        .filter((part) => part)
        .join(', ');
  }
}

function describeResult(
  { path = '', version = '', outcome = '', code = '', exitCode }: EventDetail,
  language: Language,
): string {
  const name = path.startsWith('files/') ? path.slice('files/'.length) : `${path.split('/')[0]} ${version}`;
  const why = code === 'ok' || code === '' ? '' : `: ${describeCode(code, language)}`;
  const ended =
    exitCode === undefined || exitCode === null || exitCode === 0
      ? ''
      : `, ${describeExit(exitCode, language)}`;
  return `${name} ${describeOutcome(outcome, language)}${why}${ended}`;
}

/** How a program ended: its exit code, or below zero the signal that ended it. */
export function describeExit(exitCode: number, language: Language = 'en'): string {
  return exitCode < 0 ? words[language].signal(-exitCode) : words[language].exitCode(exitCode);
}

function describeProducts(products: Readonly<Record<string, string>>, language: Language): string {
  const listed = Object.entries(products).map(([product, version]) => `${product} ${version}`);
  return listed.length === 0 ? words[language].nothing : listed.join(', ');
}

function describeSpan(spanMs: number): string {
  const minutes = Math.round(spanMs / 60_000);
  return minutes < 120 ? `${minutes} min` : `${Math.round(minutes / 60)} h`;
}

/** Its own words alone: an appliance may call something `constructor`. */
function wordOf(words: Readonly<Record<string, string>>, name: string): string | undefined {
  return Object.hasOwn(words, name) ? words[name] : undefined;
}
