// The console’s search, and "why, or why not". German.
import { html } from '#commlink/pages/html.ts';
import type { searchTexts as SearchTexts, whyTexts as WhyTexts } from '../english/search.ts';

/** The texts of the search’s results. */
export const searchTexts: typeof SearchTexts = {
  title: 'Suche',
  titleOf: (typed) => `Suche: ${typed}`,
  label: 'Suchen nach',
  button: 'Suchen',
  nothing: 'Es wurde nichts gefunden.',
  advice:
    'Suchen Sie nach Anfängen von Namen, E-Mail-Adressen und Dateien, nach einer Version (24.21, tool/1.0), dem Zugang ' +
    'einer Lieferung, einer Id (dlv_…, ent_…, apl_…, usr_…), einer IP-Adresse, dem Fingerabdruck eines SSH-Schlüssels ' +
    '(SHA256:…) oder mindestens acht Stellen der SHA-256 einer Datei. Die Nummer eines Vorfalls steht in den ' +
    'Protokollen der Programme, nicht hier.',
  onlySome: (count) => `Nur ${count} werden gezeigt. Geben Sie mehr davon ein.`,
  kinds: {
    customers: 'Kunden',
    people: 'Personen',
    products: 'Produkte',
    releases: 'Versionen',
    deliveries: 'Lieferungen',
    entitlements: 'Berechtigungen',
    files: 'Dateien',
    records: 'Weiteres',
  },
  releaseStates: { draft: 'Entwurf', withdrawn: 'zurückgezogen' },
  recordKinds: {
    account: 'Kunde',
    address: 'von hier angemeldet oder abgewiesen',
    appliance: 'Gerät',
    ban: 'gesperrt',
    licence: 'Lizenzvertrag',
    node: 'Knoten',
    person: 'Person',
    product: 'Produkt',
    proposal: 'Vorschlag',
    rollout: 'Rollout',
    session: 'Sitzung am Portal',
    sshKey: 'SSH-Schlüssel',
    staff: 'Mitarbeitende',
    token: 'Token',
    webhook: 'Webhook',
  },
  deliveryFor: (account) => `für ${account}`,
  login: (login) => `Zugang ${login}`,
  of: (account) => `von ${account}`,
};

/** The texts of "why, or why not". */
export const whyTexts: typeof WhyTexts = {
  title: 'Warum, oder warum nicht?',
  account: 'Kunde',
  accountHint: 'Der Name des Kontos',
  product: 'Produkt',
  productHint: 'Sein Name',
  version: 'Version',
  versionHint: 'Leer: jede',
  file: 'Datei',
  fileHint: 'Leer: jede',
  at: 'Wann (UTC)',
  atHint: 'Leer: jetzt',
  atWrong: 'Wann: Geben Sie den Zeitpunkt als 2026-12-31 oder 2026-12-31T14:30 an.',
  explain: 'Erklären',
  whatIf: {
    heading: 'Was wäre, wenn …',
    suppose: 'Angenommen',
    hint: 'Es wird dadurch nichts geändert',
    suppositions: {
      '': 'nichts: wie es ist',
      grant: 'diese Versionen würden erteilt',
      extend: 'die Berechtigung gälte bis zu diesem Tag',
      revoke: 'die Berechtigung würde zurückgezogen',
      accept: 'dem Vertrag wäre zugestimmt',
      activate: 'der Kunde wäre nicht ausgesetzt',
    },
    versions: 'Versionen',
    versionsHint: 'Für eine Erteilung: *, 2.x',
    entitlement: 'Berechtigung',
    entitlementHint: 'Ihre Id, ent_…',
    until: 'Bis',
    untilHint: 'Leer: kein Ende',
    agreement: 'Lizenzvertrag',
    agreementHint: 'Sein Name',
    missing: (label) => `Was wäre, wenn: Füllen Sie „${label}“ aus.`,
  },
  nothing: 'Es gibt nichts zu entscheiden.',
  answerAt: (moment) => html`Am ${moment}`,
  supposition: html`<p>Das ist eine Annahme. Es wurde nichts geändert.</p>`,
  more: (count) => `Und ${count} weitere. Fragen Sie nach einer Version.`,
  admits: 'erlaubt',
  yes: 'ja',
  no: (reason) => `nein: ${reason}`,
  weighed: (count, isOne) => `${count} ${isOne ? 'Berechtigung' : 'Berechtigungen'} abgewogen`,
  firstOnes: (count) => `Die ersten ${count}.`,
};
