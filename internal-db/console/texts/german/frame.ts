// What stands around every page of the console, and the page that tells of a failure. German.
import type { frameTexts as Texts } from '../english/frame.ts';

/** The texts. */
export const frameTexts: typeof Texts = {
  siteName: 'Consign-Konsole',
  brand: { product: 'Consign', what: 'Konsole' },
  skip: 'Zum Inhalt springen',
  navigation: 'Hauptmenü',
  language: 'Sprache',
  groups: {
    first: '',
    customers: 'Kunden',
    software: 'Software',
    fleet: 'Geräte',
    machines: 'Maschinen',
    oversight: 'Aufsicht',
  },
  sections: {
    '/': 'Überblick',
    '/accounts': 'Kunden',
    '/why': 'Warum?',
    '/bulk': 'Viele auf einmal',
    '/products': 'Produkte',
    '/licences': 'Lizenztexte',
    '/statistics': 'Statistik',
    '/fleet': 'Flotte',
    '/rollouts': 'Rollouts',
    '/nodes': 'Knoten',
    '/sessions': 'Laufende Sitzungen',
    '/bans': 'Sperren',
    '/webhooks': 'Webhooks',
    '/approvals': 'Freigaben',
    '/audit': 'Audit-Protokoll',
    '/staff': 'Mitarbeitende',
    '/security': 'Ihre Anmeldung',
    '/tokens': 'API-Tokens',
  },
  search: { form: 'Alles', label: 'Suchen', placeholder: 'Kunde, Person, Produkt, Datei' },
  live: { refresh: 'Neu laden', tag: 'Live' },
  signOut: 'Abmelden',
  times: 'Alle Zeiten sind UTC.',
  failure: {
    title: 'Das hat nicht geklappt',
    tooLarge: 'Das ist zu viel auf einmal; es wurde nichts getan. Senden Sie weniger.',
    notUnderstood: 'Die Konsole versteht diese Anfrage nicht.',
    unexpected: (incident) =>
      `Auf unserer Seite ist etwas fehlgeschlagen. Im Protokoll steht es als Vorfall ${incident}.`,
    noPage: 'Diese Seite gibt es nicht. Beginnen Sie noch einmal beim Überblick.',
    noFile: 'Diese Datei gibt es nicht.',
    notLive: 'Diese Seite wird nicht laufend aktualisiert.',
    tooManyLive: 'Es sind zu viele Live-Seiten offen. Laden Sie diese von Hand neu.',
  },
};
