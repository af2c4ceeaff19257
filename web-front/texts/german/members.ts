// The people of an organization, for its owners. German.
import type { MembersTexts } from '../english/members.ts';

/** The texts. */
export const membersTexts: MembersTexts = {
  title: 'Mitglieder',
  lead: (accountName) => `Wer für ${accountName} herunterladen darf.`,
  you: 'Sie',
  roles: { owner: 'Inhaber', downloader: 'Herunterladen' },
  roleHelp:
    'Inhaber laden außerdem Personen ein und entfernen sie, nehmen Lizenzen an und sehen die Downloads aller.',
  makeRole: { owner: 'Zum Inhaber machen', downloader: 'Auf Herunterladen beschränken' },
  invite: {
    heading: 'Jemanden einladen',
    email: 'E-Mail-Adresse',
    role: 'Rolle',
    language: 'Sprache der Mail',
    button: 'Einladung senden',
    sent: (email) => `Eine Einladung ist unterwegs an ${email}. Sie gilt einmal und sieben Tage lang.`,
  },
  secondStep: { on: 'zweiter Schritt eingerichtet', off: 'ohne zweiten Schritt' },
  lastSignIn: 'zuletzt angemeldet',
  neverSignedIn: 'nie angemeldet',
  noEmail: 'keine E-Mail-Adresse',
  changeNamed: (name) => `${name} ändern`,
  removeHelp:
    'Sitzungen, SSH-Schlüssel und Tokens einer entfernten Person enden sofort, laufende Downloads werden abgebrochen.',
  removeNamed: (name) => `${name} entfernen`,
  open: {
    heading: 'Offene Einladungen',
    until: 'bis',
    by: (name) => `eingeladen von ${name}`,
    withdraw: 'Zurückziehen',
    withdrawNamed: (email) => `Einladung von ${email} zurückziehen`,
  },
  first: 'Zum Anfang',
  more: 'Mehr',
};
