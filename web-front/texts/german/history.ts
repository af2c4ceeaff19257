// The history of downloads. German.
import type { HistoryTexts } from '../english/history.ts';

/** The texts. */
export const historyTexts: HistoryTexts = {
  title: 'Download-Verlauf',
  lead: 'Jede Übertragung, gleich mit welchem Programm.',
  filter: 'Eingrenzen',
  product: 'Produkt',
  by: 'Person',
  outcome: 'Ergebnis',
  any: 'Alle',
  outcomes: {
    complete: 'vollständig',
    running: 'läuft',
    partial: 'ein Teil',
    aborted: 'abgebrochen',
    revoked: 'zurückgezogen',
    lost: 'unbekannt',
  },
  from: 'Von',
  until: 'Bis',
  nameWrong:
    'Geben Sie den Kurznamen ein, etwa acme-tool: Kleinbuchstaben, Ziffern, Punkte und Bindestriche, keine Leerzeichen.',
  show: 'Zeigen',
  clear: 'Alles zeigen',
  csv: 'Als CSV speichern',
  table: 'Downloads, neueste zuerst',
  columns: {
    when: 'Begonnen',
    file: 'Datei',
    by: 'Person',
    how: 'Wie',
    amount: 'Gesendet',
    outcome: 'Ergebnis',
  },
  vendor: 'Ihr Anbieter',
  empty: 'Es wurde noch nichts heruntergeladen.',
  emptyHere: 'Dazu gibt es keinen Download.',
  pages: 'Seiten des Verlaufs',
  newest: 'Neueste',
  older: 'Ältere',
  ofSize: (sent, size) => `${sent} von ${size}`,
};
