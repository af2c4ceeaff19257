// The pages of deliveries: the list, one delivery with all ways to fetch it, and asking for a file again. German.
import { html } from '#commlink/pages/html.ts';
import type { DeliveriesTexts } from '../english/deliveries.ts';

/** The texts. */
export const deliveriesTexts: DeliveriesTexts = {
  title: 'Lieferungen',
  lead: 'Dateien, die für eine gewisse Zeit für Sie bereitliegen.',
  views: 'Welche Lieferungen',
  all: 'Alle',
  live: 'Bereit',
  ended: 'Beendet',
  history: 'Download-Verlauf',
  empty: 'Es wurde noch nichts geliefert.',
  emptyHere: 'Es gibt keine.',
  emptyAdvice: 'Wählen Sie bei Ihren Produkten eine Datei. Sie wird in einem Moment bereitgestellt.',
  toProducts: 'Zu Ihren Produkten',
  pages: 'Seiten der Liste',
  newest: 'Neueste',
  older: 'Ältere',
  notFetched: 'noch nicht abgeholt',
  fetched: (count) => (count === 1 ? 'einmal abgeholt' : `${count}-mal abgeholt`),
  askedBy: (who) => `angefordert von ${who}`,
  vendor: 'Ihrem Anbieter',
  appliances: 'Ihren Geräten',
  states: {
    requested: 'Wird bereitgestellt',
    staged: 'Bereit',
    failed: 'Nicht bereitgestellt',
    expired: 'Abgelaufen',
    revoked: 'Zurückgezogen',
    cancelled: 'Beendet',
  },
  until: 'bis',

  ask: {
    title: (file) => `${file} herunterladen?`,
    lead: 'Sie wurden abgemeldet, bevor die Datei bereitgestellt werden konnte.',
    button: 'Bereitstellen',
  },

  get: 'Herunterladen',
  inThisBrowser: (size) => `${size}, in diesem Browser`,
  noLink:
    'Die Datei liegt bereit. Holen Sie sie mit einem der Programme unten; einen Link gibt es hier nicht.',
  getNote:
    'Ein abgebrochener Download wird dort fortgesetzt, wo er stehen blieb. Der Link gilt ohne Anmeldung: Behandeln Sie ihn wie ein Passwort.',
  away: (node) => `Der Download-Server „${node}“ ist zurzeit nicht erreichbar.`,
  awayAdvice: 'Die Datei bleibt dort bereit. Laden Sie diese Seite in einigen Sekunden neu.',
  reload: 'Neu laden',
  preparing: (who) => `Die Datei wird für ${who} bereitgestellt.`,
  arriving: (node) => `Die Datei ist unterwegs zum Download-Server „${node}“.`,
  arrivingAdvice:
    'Sie steht von selbst bereit, sobald sie ganz dort ist. Sie können diese Seite inzwischen verlassen.',
  elsewhere: 'Das Passwort wird nur in dem Browser gezeigt, in dem die Datei angefordert wurde.',
  elsewhereAdvice:
    'Es ist sonst nirgends gespeichert. Fordern Sie die Datei hier an, um eigene Zugangsdaten zu erhalten; die anderen gelten weiter.',
  getHere: 'Hier herunterladen',
  getAgain: 'Erneut herunterladen',
  endings: {
    failed: 'Die Datei konnte nicht bereitgestellt werden.',
    expired: 'Diese Lieferung ist abgelaufen.',
    revoked: 'Ihr Anbieter hat Ihnen diese Datei entzogen.',
    cancelled: 'Diese Lieferung wurde beendet.',
  },
  endedOn: 'Sie endete am',
  failedAdvice: (id) =>
    `Es wurde nichts gezählt. Versuchen Sie es erneut; wenn es so bleibt, nennen Sie Ihrem Anbieter ${id}.`,
  revokedAdvice: 'Schreiben Sie Ihrem Anbieter, wenn Sie das nicht erwartet haben.',
  againAdvice: 'Fordern Sie die Datei erneut an.',
  end: 'Lieferung beenden',
  endNote:
    'Fertig? Mit dem Beenden werden Link und Passwort sofort ungültig und laufende Downloads abgebrochen.',

  downloads: 'Downloads',
  noneYet: 'Noch keine. Sie erscheinen hier, während sie laufen, gleich mit welchem Programm.',
  noneEver: 'Keine: Die Datei wurde nicht abgeholt.',
  began: 'begonnen',
  toNow: 'Neu laden, um den Stand zu sehen',
  resume: 'Abgebrochen. So geht es dort weiter, wo er stehen blieb:',
  resumeHttps: 'Im Browser setzen Sie ihn in der Liste der Downloads fort. Im Terminal, im selben Ordner:',
  resumeSession:
    'FileZilla und WinSCP setzen fort, wenn Sie die Übertragung neu starten und „Fortsetzen“ wählen.',
  resumeElsewhere:
    'Abgebrochen. Fordern Sie die Datei hier an; Ihr Programm macht mit dem vorhandenen Teil weiter.',

  check: 'Prüfen, was ankam',
  checkLead: 'Führen Sie das im Ordner der Datei aus. Es sagt OK.',
  checkElsewhere: 'Unter macOS und Windows, oder mit dem Auge',
  signed: (link) => html`Ob sie so ist, wie sie für Sie veröffentlicht wurde, sagt die ${link}.`,
  signedLink: 'Signatur der Version',
  digest: 'SHA-256-Prüfsumme',

  server: 'Auf einem Server holen',
  serverLead: 'Führen Sie das dort aus, nach einer Unterbrechung noch einmal.',
  serverPassword: html`Zeilen für FTPS und SFTP fragen nach dem Passwort unten, damit es in keiner
    Prozessliste steht. Nur <code>scp</code> beginnt jedes Mal von vorn.`,
  authority: (link) =>
    html`Dieser Dienst hat eine eigene Zertifizierungsstelle: Legen Sie ${link} in den Ordner, in dem Sie die
    Zeilen ausführen.`,
  more: 'Weitere Programme',

  program: 'Mit einem Übertragungsprogramm',
  programLead:
    'FileZilla, WinSCP, Cyberduck und andere. Zugang und Passwort wurden für diese Lieferung erzeugt und enden mit ihr.',
  sessionFiles: 'Fertige Verbindungen, ohne das Passwort',
  fileZilla: 'FileZilla: sites.xml',
  fileZillaUse: 'Datei, Import…, die Datei wählen; dann aus dem Servermanager verbinden.',
  winScp: 'WinSCP: Sitzungsdatei',
  winScpUse: (file) =>
    html`Mit der Datei starten, ohne Ihre eigenen Verbindungen zu ändern:
      <code>winscp.exe /ini=${file}</code>`,
  openSftp: 'Über SFTP öffnen',
  login: 'Zugang',
  password: 'Passwort',
  sftp: 'SFTP',
  ftps: 'FTPS',
  host: (host, port) => html`Server <code>${host}</code>, Port <code>${port}</code>`,
  explicitTls: 'explizites TLS',
  file: 'Datei',
  hostKey: 'Host-Schlüssel',
  hostKeyNote: 'Einen davon zeigt Ihr Programm bei der ersten Verbindung.',
};
