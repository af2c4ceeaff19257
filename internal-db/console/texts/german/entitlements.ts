// Entitlements: their list, one of them, the forms and the preview of changes, and many changes at once. German.
import { html } from '#commlink/pages/html.ts';
import type {
  bulkTexts as BulkTexts,
  changeTexts as ChangeTexts,
  entitlementTexts as EntitlementTexts,
} from '../english/entitlements.ts';

/** The texts of entitlements wherever one is shown. */
export const entitlementTexts: typeof EntitlementTexts = {
  states: { revoked: 'zurückgezogen', expired: 'abgelaufen', notYet: 'noch nicht gültig', inForce: 'gültig' },
  terms: {
    everyVersion: 'jede Version',
    versions: (range) => `Versionen ${range}`,
    everyChannel: 'jeder Kanal',
    downloads: (count) => `${count} Downloads`,
  },
  noEnd: 'kein Ende',
  list: {
    which: 'Welche Berechtigungen',
    inForce: (count) => `Gültig (${count})`,
    all: (count) => `Alle (${count})`,
    caption: 'Berechtigungen',
    product: 'Produkt',
    until: 'Bis',
    state: 'Zustand',
    because: 'Erteilt, weil',
    noneInForce: 'Keine ist gültig: Dieser Kunde darf nichts herunterladen.',
    noneEver: 'Es wurde nie eine erteilt.',
    pages: 'Seiten der Berechtigungen',
    newest: 'Neueste',
    older: 'Ältere',
  },
  notTheirs: (account, id) => `${account} hat keine Berechtigung ${id}.`,
};

/** The texts of their changes. */
export const changeTexts: typeof ChangeTexts = {
  verbs: { grant: 'Erteilen', extend: 'Verlängern', revoke: 'Zurückziehen' },
  noSuchChange: 'Diese Änderung gibt es nicht.',
  chooseDay: 'Bis: Wählen Sie einen Tag.',
  until: 'Bis, dieser Tag eingeschlossen',
  reason: 'Grund',
  grant: {
    title: 'Berechtigung erteilen',
    product: 'Produkt',
    versions: 'Versionen',
    versionsHint: 'Wie npm Bereiche schreibt: * (alle), 2.x, >=2.1 <3',
    untilHint: 'Leer: kein Ende',
    more: 'Weitere Bedingungen',
    channels: 'Kanäle',
    channelsHint: 'Durch Kommas getrennt; leer: jeder Kanal',
    from: 'Von',
    downloads: 'Ganze Downloads',
    downloadsHint: 'Leer: beliebig viele',
    agreement: 'Lizenzvertrag',
    agreementHint: 'Sein Name; ihm muss zuerst zugestimmt werden',
    reasonHint: 'Für das Audit-Protokoll',
    button: 'Vorschau',
  },
  entitlement: {
    title: (product, account) => `${product} für ${account}`,
    customer: 'Kunde',
    state: 'Zustand',
    admits: 'Erlaubt',
    from: 'Von',
    until: 'Bis',
    agreement: 'Lizenzvertrag',
    id: 'Berechtigung',
    history: 'Verlauf',
    revoked: (reason) => `Zurückgezogen: ${reason}`,
    extended: (from, to, reason) => html`Verlängert von ${from} bis ${to}: ${reason}`,
    granted: (reason) => `Erteilt: ${reason}`,
    previewExtension: 'Vorschau der Verlängerung',
    previewRevocation: 'Vorschau des Zurückziehens',
  },
  preview: {
    title: (verb, product, account) => `${product} für ${account}: ${verb}?`,
    lead: (reason) => `Noch ist nichts geändert. Grund: „${reason}“`,
    gainedCount: 'Versionen gewonnen',
    lostCount: 'Versionen verloren',
    keptCount: 'behalten',
    endedCount: 'Lieferungen beendet',
    running: (count) => html`<p>${count} Downloads, die gerade laufen, werden getrennt.</p>`,
    missingAgreement: (name) =>
      html`<p>
        <strong>Es gibt noch keinen Text des Lizenzvertrags „${name}“.</strong> Der Kunde sieht das Produkt,
        und jeder Download wird ihm verweigert: Niemand kann dem Vertrag zustimmen, bis eine Version davon
        gültig ist.
      </p>`,
    nothing: 'Heute wird dadurch keine Version gewonnen oder verloren.',
    gained: 'Gewonnen',
    lost: 'Verloren',
    ended: 'Lieferungen, die enden',
    notNow: 'Nicht jetzt',
    releases: 'Versionen',
    release: 'Version',
    channel: 'Kanal',
    files: 'Dateien',
    file: 'Datei',
    node: 'Knoten',
    by: 'Von',
    none: 'Keine.',
    more: (count) => `Und ${count} weitere.`,
  },
};

/** The texts of many changes at once. */
export const bulkTexts: typeof BulkTexts = {
  title: 'Viele auf einmal',
  lead: 'Eine Tabelle mit einer Änderung je Zeile, eingefügt oder als Datei. Alle werden gemacht oder keine; zuerst sehen Sie, was sie täten.',
  table: 'Tabelle (CSV)',
  tableHint: (columns, linesMax) => `Spalten mit Namen: ${columns}. Höchstens ${linesMax} Zeilen.`,
  file: 'Oder eine Datei (CSV)',
  fileHint: 'In UTF-8, mit Kommas, Strichpunkten oder Tabulatoren. Sie geht dem Feld oben vor.',
  dryRun: 'Probelauf',
  example: 'Ein Beispiel',
  exampleHint:
    'Tage sind eingeschlossen; „never“ in der Spalte „until“ einer Verlängerung nimmt das Ende weg.',
  apply: (count, isOne) => (isOne ? 'Die Änderung machen' : `Alle ${count} Änderungen machen`),
  done: html`<p><strong>Alles ist getan.</strong></p>`,
  wouldDo: html`<p><strong>Noch ist nichts geändert.</strong> Das würde geschehen.</p>`,
  missingAgreements: (names) =>
    html`<p>
      <strong>Es gibt noch keinen Text von: ${names.join(', ')}.</strong> Kunden wird jeder Download
      verweigert, für den einer dieser Lizenzverträge verlangt ist: Niemand kann ihm zustimmen, bis eine
      Version davon gültig ist.
    </p>`,
  grants: 'Erteilungen',
  extensions: 'Verlängerungen',
  revocations: 'Rücknahmen',
  ended: 'Lieferungen beendet',
  customers: (count, isOne, names) => `${isOne ? '1 Kunde' : `${count} Kunden`}: ${names}`,
  andMore: (count) => ` und ${count} weitere`,
  wrong: (count, isOne) =>
    html`<p>
      <strong>Es wurde nichts geändert: ${isOne ? 'Eine Zeile ist' : `${count} Zeilen sind`} falsch.</strong>
    </p>`,
  problems: {
    caption: 'Was nicht stimmt',
    line: 'Zeile',
    what: 'Was nicht stimmt',
    wholeTable: 'Tabelle',
  },
};
