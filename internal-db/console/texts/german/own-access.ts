// One’s own page on the console: second factors, password; and one’s own tokens for its API. German.
import { html } from '#commlink/pages/html.ts';
import type { ownAccessTexts as OwnAccessTexts, tokensTexts as TokensTexts } from '../english/own-access.ts';

/** The texts of the page of one’s own sign-in. */
export const ownAccessTexts: typeof OwnAccessTexts = {
  title: 'Ihre Anmeldung',
  sinceAndUsed: (since, lastUsed) =>
    html`seit ${since} · ${lastUsed === null ? 'noch nicht verwendet' : html`zuletzt verwendet ${lastUsed}`}`,
  done: {
    password: 'Das Passwort ist geändert, und Ihre anderen Sitzungen sind beendet.',
    factor: 'Ihre zweiten Faktoren sind geändert.',
  },
  onlyFactor: 'Das ist Ihr einziger zweiter Faktor. Richten Sie zuerst einen anderen ein.',
  presentPassword: 'Jetziges Passwort',
  app: {
    heading: 'Authenticator-App',
    since: (day) => html`seit ${day}`,
    none: 'keine',
    setUp: 'Eine App einrichten',
    setUpAnother: 'Eine andere App einrichten',
    remove: 'Die App entfernen',
    newTitle: 'Eine Authenticator-App einrichten',
    newLead: 'Sie tritt an die Stelle Ihrer jetzigen App, sobald Sie sie mit einem Code bestätigt haben.',
    confirm: 'Bestätigen',
  },
  passkeys: {
    heading: 'Passkeys',
    none: 'Noch keine.',
    name: 'Name',
    nameHint: 'Wo er ist, etwa „Laptop“.',
    add: 'Passkey hinzufügen',
    remove: 'Entfernen',
    removeNamed: (name) => `Den Passkey ${name} entfernen`,
    needAddress: 'Passkeys brauchen einen Namen für die Konsole: die Einstellung console.publicUrl.',
    newTitle: (name) => `Den Passkey ${name} erzeugen`,
    make: 'Passkey erzeugen',
  },
  recovery: {
    heading: 'Wiederherstellungscodes',
    left: 'Wiederherstellungscodes übrig',
    few: html`<p>Es sind nur noch wenige Wiederherstellungscodes übrig. Erzeugen Sie neue.</p>`,
    oldOnesStop: 'Die jetzigen Wiederherstellungscodes gelten dann nicht mehr.',
    renew: 'Neue Wiederherstellungscodes erzeugen',
  },
  providers: 'Anmeldedienste',
  password: {
    heading: 'Passwort',
    new: 'Neues Passwort',
    newHint: (min) => `Mindestens ${min} Zeichen. Mehrere Wörter sind leichter zu merken.`,
    whatEnds:
      'Überall sonst, wo Sie an der Konsole angemeldet sind, werden Sie abgemeldet, und Ihre API-Tokens werden widerrufen.',
    change: 'Passwort ändern',
    tooEasy: 'Das neue Passwort ist zu leicht zu erraten. Nehmen Sie ein längeres oder mehrere Wörter.',
    wrong: 'Das jetzige Passwort stimmt nicht.',
    tooLongAgo: 'Ihre Anmeldung ist eine Weile her: Geben Sie Ihr Passwort ein, oder melden Sie sich neu an.',
  },
};

/** The texts of the page of one’s own tokens. */
export const tokensTexts: typeof TokensTexts = {
  title: 'Ihre API-Tokens',
  lead: 'Mit einem Token verwendet ein Programm die API in Ihrem Namen: Es darf, was Ihre Rolle in dem Moment erlaubt, und nicht mehr.',
  api: 'Wie die API aufgerufen wird',
  revoked: 'Er ist widerrufen.',
  list: {
    caption: 'Ihre Tokens',
    name: 'Name',
    may: 'Darf',
    until: 'Gültig bis',
    lastUsed: 'Zuletzt verwendet',
    never: 'nie',
    revoke: 'Widerrufen',
    revokeNamed: (name) => `${name} widerrufen`,
    empty: 'Sie haben keine Tokens.',
  },
  created: (name) =>
    html`<p>
      <strong>${name} ist erstellt.</strong> Kopieren Sie den Token jetzt; er wird nur hier gezeigt.
    </p>`,
  secret: 'Token',
  add: {
    heading: 'Ein neuer Token',
    name: 'Wofür er ist',
    scope: 'Er darf',
    scopes: { read: 'ansehen', write: 'ansehen und ändern' },
    days: 'Wie viele Tage er gilt',
    password: 'Ihr Passwort',
    passwordHint: 'Wer sich gerade mit einem Anmeldedienst angemeldet hat, darf es leer lassen.',
    button: 'Erstellen',
  },
};
