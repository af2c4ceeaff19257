// The overview and the statistics. German.
import { html } from '#commlink/pages/html.ts';
import type {
  overviewTexts as OverviewTexts,
  statisticsTexts as StatisticsTexts,
} from '../english/statistics.ts';

/** The texts of the overview. */
export const overviewTexts: typeof OverviewTexts = {
  title: 'Überblick',
  figures: 'Zahlen',
  complete: 'Ganze Downloads heute',
  failed: 'Heute fehlgeschlagen',
  sent: 'Heute gesendet',
  ready: 'Dateien, die für Kunden bereitliegen',
  onTheirWay: 'Unterwegs zu einem Knoten',
  lastDays: (days) => `Downloads der letzten ${days} Tage`,
  more: 'Nach Produkt und Knoten',
  nothing: html`<p>Um nichts muss sich jemand kümmern.</p>`,
  toLookAt: 'Zu klären',
  since: (when) => html`Seit ${when}`,
};

/** The texts of the statistics. */
export const statisticsTexts: typeof StatisticsTexts = {
  title: 'Statistik',
  lead: 'Downloads nach dem Tag, an dem sie endeten.',
  outcomes: ['Ganz', 'Teilweise', 'Fehlgeschlagen', 'Getrennt'],
  downloads: 'Downloads',
  bytes: 'Gesendete Bytes',
  words: {
    heading: 'Was die Wörter bedeuten',
    meaning:
      'Ganz: Die Maschine des Clients hat jedes Byte bestätigt. Teilweise: Ein Client hat einen Teil einer Datei ' +
      'geholt, etwa beim Fortsetzen oder wenn er mehrere Teile zugleich holt. Fehlgeschlagen: Eine ganze Datei war ' +
      'verlangt und brach ab, durch einen Fehler auf einer der beiden Seiten. Getrennt: beendet, weil zurückgenommen ' +
      'wurde, was es erlaubt hatte.',
  },
  spans: { 1: 'Tag', 7: 'Woche', 14: 'zwei Wochen' },
  downloadsBy: (span) => `Downloads nach ${span} und Ausgang`,
  numbersBy: (span) => `Die Zahlen nach ${span}`,
  filter: {
    time: 'Zeit',
    lastDays: (days, span) => `Die letzten ${days} Tage nach ${span}`,
    product: 'Produkt',
    everyProduct: 'Jedes Produkt',
    node: 'Knoten',
    everyNode: 'Jeder Knoten',
    show: 'Zeigen',
    choose: (days) => `Wählen Sie einen der Zeiträume: ${days} Tage.`,
  },
  sent: 'Gesendet',
  sentSeries: 'gesendet',
  bytesBy: (what) => `Gesendete Bytes nach ${what}`,
  day: 'Tag',
  from: 'Ab',
  groups: {
    product: { heading: 'Nach Produkt', word: 'Produkt', column: 'Produkt' },
    node: { heading: 'Nach Knoten', word: 'Knoten', column: 'Knoten' },
  },
  notListed: (count) => `${count} weitere, die weniger gesendet haben, stehen hier nicht.`,
  caption: (first) => `Downloads nach ${first}`,
  empty: 'In dieser Zeit wurde nichts heruntergeladen.',
};
