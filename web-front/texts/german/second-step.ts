// The second step of signing in, and signing in with a passkey: German.
import type { SecondStepTexts } from '../english/second-step.ts';

/** The texts. */
export const secondStepTexts: SecondStepTexts = {
  title: 'Noch ein Schritt',
  lead: (username) => `Das Passwort von ${username} stimmt. Bestätigen Sie nun, dass Sie es sind.`,
  passkeyHelp: 'Ihr Gerät fragt nach Fingerabdruck, Gesicht oder PIN oder nach Ihrem Sicherheitsschlüssel.',
  passkeyButton: 'Passkey verwenden',
  passkeySignIn: 'Mit einem Passkey anmelden',
  passkeyNeedsScript: 'Passkeys brauchen JavaScript. Die anderen Wege stehen Ihnen offen.',
  codeLabel: 'Sechsstelliger Code',
  codeHelp: 'Die Authenticator-App auf Ihrem Telefon zeigt alle 30 Sekunden einen neuen.',
  recoverySummary: 'Sie haben Ihr Gerät nicht zur Hand?',
  recoveryLabel: 'Wiederherstellungscode',
  recoveryHelp: 'Einer der Codes, die Sie bei der Einrichtung aufbewahrt haben. Jeder gilt nur einmal.',
  button: 'Anmelden',
  startAgain: 'Von vorn beginnen',
  lost: 'Nichts davon zur Hand? Bitten Sie Ihren Anbieter, den zweiten Schritt zurückzusetzen.',
  refusals: {
    totp: 'Dieser Code gilt jetzt nicht oder wurde schon verwendet. Warten Sie auf den nächsten.',
    recovery: 'Das ist keiner Ihrer Wiederherstellungscodes, oder er wurde schon verwendet.',
    passkey:
      'Dieser Passkey wurde nicht angenommen. Versuchen Sie es erneut oder wählen Sie einen anderen Weg.',
    ended: 'Diese Anmeldung hat zu lange gedauert. Beginnen Sie von vorn.',
  },
};
