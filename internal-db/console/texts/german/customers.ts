// Customers: their list, the page of one with its people and deliveries, a new one, and the view of their portal. German.
import { html } from '#commlink/pages/html.ts';
import type {
  customersTexts as CustomersTexts,
  newCustomerTexts as NewCustomerTexts,
  peopleTexts as PeopleTexts,
  placeTexts as PlaceTexts,
  portalViewTexts as PortalViewTexts,
} from '../english/customers.ts';

/** The texts of the list and of one customer’s page. */
export const customersTexts: typeof CustomersTexts = {
  title: 'Kunden',
  list: {
    new: 'Neuer Kunde',
    caption: 'Kunden',
    name: 'Name',
    account: 'Konto',
    state: 'Zustand',
    since: 'Seit',
    empty: 'Es gibt noch keine.',
    pages: 'Seiten der Kunden',
    first: 'Erste',
    next: 'Nächste',
  },
  states: { active: 'aktiv', suspended: 'ausgesetzt' },
  since: (day) => html`Kunde seit ${day}.`,
  actions: {
    grant: 'Berechtigung erteilen',
    why: 'Warum, oder warum nicht?',
    portal: 'Das Portal des Kunden sehen',
  },
  sections: {
    entitlements: 'Berechtigungen',
    people: 'Personen',
    ready: 'Bereit zum Herunterladen',
    timeline: 'Verlauf',
    agreements: 'Lizenzverträge',
  },
  deliveries: {
    states: {
      requested: 'angefordert',
      staged: 'bereit',
      failed: 'fehlgeschlagen',
      expired: 'abgelaufen',
      revoked: 'zurückgezogen',
      cancelled: 'beendet',
    },
    caption: 'Lieferungen, die bereitliegen',
    file: 'Datei',
    state: 'Zustand',
    node: 'Knoten',
    until: 'Bis',
    endIt: 'Beenden',
    empty: 'Gerade liegt nichts bereit.',
    movedFrom: (nodes) => `verlegt von ${nodes}`,
    end: 'Ende',
    reason: (file) => `Grund, ${file} zu beenden`,
    endButton: 'Diese Lieferung beenden',
  },
  agreements: {
    open: (agreement) => html`Noch nicht zugestimmt: <code>${agreement}</code>`,
    record: (agreement) => `Festhalten, dass ${agreement} zugestimmt wurde`,
  },
  suspend: {
    button: 'Diesen Kunden aussetzen',
    consequence: 'Niemand von ihm kann sich anmelden oder herunterladen, bis die Aussetzung aufgehoben wird.',
    reason: 'Grund der Aussetzung',
  },
  activate: { button: 'Aussetzung aufheben', reason: 'Grund, sie aufzuheben' },
  done: {
    created: 'Der Kunde ist angelegt.',
    createdAndInvited: 'Der Kunde ist angelegt, und die Einladung ist unterwegs.',
    invited: 'Die Einladung ist unterwegs.',
    resetSent: 'Ein Link, das Passwort neu zu setzen, ist an die bekannte Adresse unterwegs.',
    granted: 'Erteilt.',
    extended: 'Verlängert.',
    revoked: 'Zurückgezogen. Was nur dadurch erlaubt war, ist beendet, an jedem Knoten, der geantwortet hat.',
    ended: 'Die Lieferung ist beendet.',
    accepted: 'Die Zustimmung ist festgehalten.',
    factorsReset:
      'Der zweite Schritt ist entfernt, und die Sitzungen sind beendet. Die nächste Anmeldung braucht nur das Passwort.',
    state: 'Der Zustand des Kontos ist geändert.',
    placed: 'Lieferungen kommen ab jetzt von dort; was bereitliegt, bleibt, wo es ist.',
  },
  nobodyCalled: (account, user) => `${account} hat niemanden namens ${user}.`,
  others: (caption) => `${caption}: die übrigen`,
  more: (count) => `${count} weitere`,
  firstOnes: (count) => `Das sind die ersten ${count}; es gibt mehr.`,
};

/** The texts of where a customer’s deliveries come from. */
export const placeTexts: typeof PlaceTexts = {
  heading: 'Woher Lieferungen kommen',
  any: 'Von jedem Download-Server.',
  bound: (nodes) => html`Von <code>${nodes}</code> und keinem anderen.`,
  ofRegion: (region) => html`Einer in der Region <code>${region}</code> hat Vorrang.`,
  change: 'Ändern, woher sie kommen',
  region: 'Region',
  regionHint: 'Wie die Einstellungen sie nennen (nodePlaces); leer: keine hat Vorrang',
  nodes: 'Download-Server',
  nodesHint: 'Mit Namen, durch Kommas getrennt: nur diese, für Lieferungen ab jetzt. Leer: jeder',
  button: 'Ändern',
};

/** The texts of a customer’s people. */
export const peopleTexts: typeof PeopleTexts = {
  caption: 'Personen',
  name: 'Name',
  email: 'E-Mail',
  role: 'Rolle',
  secondStep: 'Zweiter Schritt',
  since: 'Seit',
  help: 'Hilfe',
  roles: { owner: 'Inhaber', downloader: 'Downloader' },
  noEmail: 'keine',
  on: 'ein',
  off: 'aus',
  nothing: '–',
  invitedUntil: (day) => html`eingeladen, bis ${day}`,
  empty: 'Für diesen Kunden kann sich noch niemand anmelden.',
  lockedOut: 'Ausgesperrt',
  invite: {
    heading: 'Jemanden einladen',
    button: 'Einladung senden',
    email: 'E-Mail-Adresse',
    role: 'Rolle',
    roles: { owner: 'Inhaber: lädt herunter und kümmert sich um die Personen', downloader: 'Downloader' },
    language: 'Sprache der E-Mail',
    languages: { en: 'Englisch', de: 'Deutsch' },
  },
  password: {
    what: (name) =>
      html`Ein Link, das Passwort neu zu setzen, geht an die hier bekannte Adresse von <code>${name}</code>.`,
    reason: (name) => `Grund für ein neues Passwort von ${name}`,
    button: 'Link per E-Mail senden',
  },
  factor: {
    what: (name) =>
      html`Apps, Passkeys und Wiederherstellungscodes von <code>${name}</code> werden entfernt, und die
        Sitzungen enden. Das Passwort bleibt, und die Person erfährt es per E-Mail. Vergewissern Sie sich, wer
        fragt.`,
    reason: (name) => `Grund, den zweiten Schritt von ${name} zu entfernen`,
    button: 'Den zweiten Schritt entfernen',
  },
};

/** The texts of the page that makes a customer. */
export const newCustomerTexts: typeof NewCustomerTexts = {
  title: 'Neuer Kunde',
  name: 'Name',
  account: 'Konto',
  accountHint: 'In Pfaden und Befehlen: Kleinbuchstaben, Ziffern, Punkt und Bindestrich. Er ändert sich nie.',
  inviteAtOnce: 'Gleich jemanden einladen',
  noMail: 'Es ist keine E-Mail eingerichtet.',
  noMailHelp: html`<p>
    Es ist keine E-Mail eingerichtet, darum kann niemand eingeladen werden. Legen Sie Personen mit
    <code>consign user create KONTO NAME</code> an.
  </p>`,
  button: 'Kunden anlegen',
};

/** The texts of the pages before staff see a customer’s portal. */
export const portalViewTexts: typeof PortalViewTexts = {
  title: 'Das Portal als dieser Kunde sehen',
  lead: 'Sie sehen, was diese Person sieht. Nichts kann geändert oder heruntergeladen werden.',
  told: 'Der Kunde erfährt es, mit dem Grund, wie Sie ihn hier schreiben: die Inhaber per E-Mail und im Portal, die Person im Portal.',
  silent: 'Der Kunde erfährt es nicht; im Audit-Protokoll steht es.',
  asWhom: 'Als wer',
  person: (displayName, name, role) => `${displayName} (${name}), ${role}`,
  reason: 'Grund',
  button: 'Weiter',
  off: 'Das ist ausgeschaltet, oder die Adresse des Portals ist nicht bekannt: siehe viewAsCustomer und portalUrl in den Einstellungen.',
  nobody: 'Für diesen Kunden kann sich noch niemand anmelden, es gibt also nichts zu sehen.',
  suspended: (customer) => `${customer} ist ausgesetzt: Niemand von dort kommt in das Portal.`,
  link: {
    lead: (user, seconds) => html`Als <code>${user}</code>. Der Link gilt einmal, ${seconds} Sekunden lang.`,
    takesPlace: 'Er tritt an die Stelle einer Sitzung eines Kunden, die dieser Browser dort vielleicht hat.',
    open: 'Das Portal öffnen',
    another: 'Einen weiteren Link erstellen',
  },
};
