// How the progress and the outcomes of downloads are written, on the server's pages and by the script that refreshes them:
// this module runs in both places, so that a row looks the same whoever wrote it.
import { humanSize } from '#commlink/pages/browser/human-size.ts';

/** As in `<html lang>`. */
export type WordsLanguage = 'en' | 'de';

interface Words {
  readonly of: string;
  readonly left: string;
  readonly from: string;
  readonly second: readonly [one: string, several: string];
  readonly minute: readonly [one: string, several: string];
  readonly hour: readonly [one: string, several: string];
  readonly outcomes: Readonly<Record<string, string>>;
  readonly announce: (protocol: string, outcome: string) => string;
}

const words: Readonly<Record<WordsLanguage, Words>> = {
  en: {
    of: 'of',
    left: 'left',
    from: 'from',
    second: ['second', 'seconds'],
    minute: ['minute', 'minutes'],
    hour: ['hour', 'hours'],
    outcomes: {
      running: 'running',
      complete: 'complete',
      partial: 'one part of the file',
      aborted: 'broken off',
      revoked: 'stopped, because the file was withdrawn',
      lost: 'end unknown, the server was restarted',
    },
    announce: (protocol, outcome) => `Download over ${protocol}: ${outcome}.`,
  },
  de: {
    of: 'von',
    left: 'verbleiben',
    from: 'von',
    second: ['Sekunde', 'Sekunden'],
    minute: ['Minute', 'Minuten'],
    hour: ['Stunde', 'Stunden'],
    outcomes: {
      running: 'läuft',
      complete: 'vollständig',
      partial: 'ein Teil der Datei',
      aborted: 'abgebrochen',
      revoked: 'angehalten, weil die Datei zurückgezogen wurde',
      lost: 'Ende unbekannt, der Server wurde neu gestartet',
    },
    announce: (protocol, outcome) => `Download über ${protocol}: ${outcome}.`,
  },
};

/** How far a download is: `118 MB of 1.07 GB`, and while it runs, `, 35 MB/s, 27 seconds left`. */
export function describeAmount(
  { reachedBytes, sizeBytes }: { readonly reachedBytes: number; readonly sizeBytes: number },
  bytesPerSecond: number | null,
  language: WordsLanguage = 'en',
): string {
  const amount = `${humanSize(reachedBytes, language)} ${words[language].of} ${humanSize(sizeBytes, language)}`;
  if (bytesPerSecond === null || bytesPerSecond < 1) return amount;
  const left = describeDuration(Math.max(0, sizeBytes - reachedBytes) / bytesPerSecond, language);
  return `${amount}, ${humanSize(bytesPerSecond, language)}/s, ${left} ${words[language].left}`;
}

/** A download's outcome in words; an outcome that this page does not know yet as it is. */
export function describeOutcome(outcome: string, language: WordsLanguage = 'en'): string {
  return words[language].outcomes[outcome] ?? outcome;
}

/** Which way and whereto: `SFTP from 192.0.2.7`. */
export function describeOrigin(
  { protocol, address }: { readonly protocol: string; readonly address: string },
  language: WordsLanguage = 'en',
): string {
  return `${protocol.toUpperCase()} ${words[language].from} ${address}`;
}

/** What is said to those who hear the page when a download ends. */
export function describeEnd(
  { protocol, outcome }: { readonly protocol: string; readonly outcome: string },
  language: WordsLanguage = 'en',
): string {
  return words[language].announce(protocol.toUpperCase(), describeOutcome(outcome, language));
}

/** Of a download, what tells how much of the file it has brought. */
export interface FetchedPart {
  readonly protocol: string;
  readonly outcome: string;
  readonly offsetBytes: number;
  readonly sentBytes: number;
  readonly sizeBytes: number;
}

/**
 * The protocol of the newest download, when that broke off and nothing is being fetched; else null. `downloads` are newest first.
 */
export function brokenOffProtocol(downloads: readonly FetchedPart[]): string | null {
  const [newest] = downloads;
  if (!newest || downloads.some(({ outcome }) => outcome === 'running')) return null;
  // A part that goes on with an earlier one was to bring the rest, unless others have; of a beginning, no more may be wanted.
  const isResumed = newest.outcome === 'partial' && newest.offsetBytes > 0;
  const isBroken = isResumed
    ? reachedBytes(downloads) < newest.sizeBytes
    : ['aborted', 'lost'].includes(newest.outcome);
  return isBroken ? newest.protocol : null;
}

/** How far the file has come without a gap, in all downloads together. */
function reachedBytes(downloads: readonly FetchedPart[]): number {
  return downloads
    .toSorted((left, right) => left.offsetBytes - right.offsetBytes)
    .reduce(
      (reached, { offsetBytes, sentBytes }) =>
        offsetBytes > reached ? reached : Math.max(reached, offsetBytes + sentBytes),
      0,
    );
}

/** A duration in the one unit that fits it, rounded up. */
function describeDuration(seconds: number, language: WordsLanguage): string {
  const [count, unit] =
    seconds <= 90
      ? ([Math.ceil(seconds), 'second'] as const)
      : seconds <= 90 * 60
        ? ([Math.ceil(seconds / 60), 'minute'] as const)
        : ([Math.ceil(seconds / 3600), 'hour'] as const);
  const [one, several] = words[language][unit];
  return `${count.toLocaleString(language)} ${count === 1 ? one : several}`;
}
