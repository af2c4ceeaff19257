// A forgotten password, and choosing a new one: German.
import type { PasswordsTexts } from '../english/passwords.ts';

/** The texts. */
export const passwordsTexts: PasswordsTexts = {
  forgotten: {
    title: 'Passwort vergessen',
    lead: 'Nennen Sie uns Ihre E-Mail-Adresse. Wir senden Ihnen einen Link, mit dem Sie ein neues Passwort wählen.',
    email: 'E-Mail-Adresse',
    button: 'Link senden',
    back: 'Zurück zur Anmeldung',
  },
  sent: {
    title: 'Sehen Sie in Ihr Postfach',
    lead: (email) =>
      `Wenn ${email} hier jemandem gehört, ist eine Mail mit einem Link unterwegs. Er gilt einmal und eine Stunde lang.`,
    nothing:
      'Nach einigen Minuten noch nichts da? Sehen Sie in den Spam-Ordner oder fragen Sie einen Inhaber Ihrer Organisation.',
  },
  reset: {
    title: 'Neues Passwort wählen',
    lead: (username) => `Für ${username}.`,
    after: 'Alle Sitzungen enden damit. Ihre SSH-Schlüssel und Tokens gelten weiter.',
    button: 'Passwort setzen',
    doneTitle: 'Das Passwort ist geändert',
    done: 'Melden Sie sich mit Ihrem neuen Passwort an.',
    signIn: 'Anmelden',
  },
  unusable: {
    title: 'Dieser Link gilt nicht mehr',
    lead: 'Er wurde schon verwendet, ist abgelaufen, oder ein neuerer wurde gesendet.',
    again: 'Neuen Link anfordern',
  },
  newPassword: 'Neues Passwort',
  rule: (charactersMin) =>
    `Mindestens ${charactersMin} Zeichen. Mehrere Wörter, die nicht zusammengehören, sind gut und leicht zu merken.`,
};
