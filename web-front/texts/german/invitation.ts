// Taking up an invitation, and confirming an e-mail address: German.
import type { InvitationTexts } from '../english/invitation.ts';

/** The texts. */
export const invitationTexts: InvitationTexts = {
  title: (accountName) => `Willkommen bei ${accountName}`,
  lead: (email) => `Diese Einladung ging an ${email}. Wählen Sie, wie Sie sich anmelden möchten.`,
  role: {
    owner: 'Sie werden Inhaber: Sie laden herunter und verwalten die Personen Ihrer Organisation.',
    downloader: 'Sie laden herunter, worauf Ihre Organisation Anspruch hat.',
  },
  displayName: 'Ihr Name',
  username: 'Benutzername',
  usernameHelp:
    'Kleinbuchstaben, Ziffern, Punkte und Bindestriche. Damit melden Sie sich an, hier und in FTP-Programmen.',
  password: 'Passwort',
  button: 'Beitreten',
  unusableTitle: 'Diese Einladung gilt nicht mehr',
  unusableLead: 'Sie wurde schon angenommen, zurückgezogen oder ist älter als sieben Tage.',
  unusableAdvice: 'Bitten Sie den Inhaber, der Sie eingeladen hat, um eine neue.',
  signIn: 'Anmelden',
  welcome: {
    title: (displayName) => `Willkommen, ${displayName}`,
    lead: 'Sie sind angemeldet. Eine Minute noch, und Ihr Konto ist schwer zu stehlen:',
    secondStep: 'Zweiten Schritt einrichten',
    secondStepHelp:
      'Mit einer Authenticator-App oder einem Passkey nützt ein gestohlenes Passwort allein nichts.',
    products: 'Zu Ihren Produkten',
  },
  confirm: {
    title: 'E-Mail-Adresse bestätigen',
    lead: 'Mit diesem Knopf gehen Mails für Sie künftig an diese Adresse.',
    button: 'Adresse bestätigen',
    doneTitle: 'Die Adresse ist bestätigt',
    done: (email) => `Mails für Sie gehen jetzt an ${email}.`,
    account: 'Zu Ihrem Konto',
  },
};
