// A person's own account: name, language, e-mail address, password. German.
import type { AccountTexts } from '../english/account.ts';

/** The texts. */
export const accountTexts: AccountTexts = {
  title: 'Profil und Passwort',
  facts: {
    username: 'Benutzername',
    organization: 'Organisation',
    role: 'Rolle',
    roles: { owner: 'Inhaber', downloader: 'Herunterladen' },
  },
  profile: {
    heading: 'Profil',
    displayName: 'Ihr Name',
    language: 'Sprache Ihrer Mails',
    languages: { en: 'English', de: 'Deutsch' },
    button: 'Speichern',
    saved: 'Gespeichert.',
  },
  email: {
    heading: 'E-Mail-Adresse',
    none: 'Sie haben noch keine: Bei einem vergessenen Passwort könnten wir nicht helfen, und kein Hinweis erreicht Sie.',
    current: (email) => `Mails für Sie gehen an ${email}.`,
    label: 'Neue Adresse',
    password: 'Ihr Passwort',
    button: 'Adresse ändern',
    sent: (email) =>
      `Wir haben einen Link an ${email} gesendet. Die Adresse gilt, sobald Sie ihn geöffnet haben.`,
  },
  password: {
    heading: 'Passwort',
    current: 'Aktuelles Passwort',
    next: 'Neues Passwort',
    after: 'Ihre anderen Sitzungen enden damit. Ihre SSH-Schlüssel und Tokens gelten weiter.',
    button: 'Passwort ändern',
    changed: 'Ihr Passwort ist geändert, und Ihre anderen Sitzungen sind beendet.',
  },
  security: {
    heading: 'Sicherheit',
    help: 'Zweiter Schritt, Passkeys, und wo Sie angemeldet sind.',
    link: 'Zu den Sicherheitseinstellungen',
  },
};
