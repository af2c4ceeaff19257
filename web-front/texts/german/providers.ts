// Anmeldung über den eigenen Dienst einer Organisation: German.
import type { ProvidersTexts } from '../english/providers.ts';

/** The texts. */
export const providersTexts: ProvidersTexts = {
  or: 'Oder anmelden mit',
  organization: {
    summary: 'Über Ihre Organisation anmelden',
    label: 'Ihre E-Mail-Adresse',
    help: 'Wir leiten Sie zur Anmeldung Ihrer Organisation, falls sie hier eine hat.',
    button: 'Weiter',
    none: (email) =>
      `Zu ${email} gehört hier keine Anmeldung einer Organisation. Nehmen Sie Benutzernamen und Passwort.`,
  },
  required: (title) => `Ihre Organisation meldet sich mit ${title} an, nicht mit einem Passwort.`,
  refusals: {
    provider_unknown: 'Diese Anmeldung gibt es hier nicht mehr. Wählen Sie eine andere.',
    provider_down:
      'Der Anmeldedienst Ihrer Organisation ist gerade nicht erreichbar. Versuchen Sie es später wieder, oder nehmen Sie Ihr Passwort.',
    provider_refused:
      'Der Anmeldedienst Ihrer Organisation hat Sie nicht eingelassen. Versuchen Sie es noch einmal, oder fragen Sie dort nach.',
    answer_wrong:
      'Die Antwort des Anmeldedienstes konnte nicht angenommen werden. Beginnen Sie hier neu; bleibt es so, sagen Sie es Ihrem Anbieter.',
    unusable:
      'Diese Anmeldung wurde anderswo begonnen, hat zu lange gedauert oder wurde schon benutzt. Beginnen Sie hier neu.',
    unknown_person:
      'Dort sind Sie angemeldet, aber hier ist so niemand bekannt. Bitten Sie den Inhaber Ihrer Organisation um eine Einladung.',
    email_unverified:
      'Der Anmeldedienst bestätigt Ihre E-Mail-Adresse nicht. Melden Sie sich mit dem Passwort an und verknüpfen Sie beides unter „Anmeldung und Sicherheit“.',
    several:
      'Ihre E-Mail-Adresse gehört hier zu mehreren Konten. Melden Sie sich mit dem Passwort an und verknüpfen Sie das gemeinte unter „Anmeldung und Sicherheit“.',
    linked_already: 'Jemand anderes ist hier schon mit dieser Person verknüpft. Nichts wurde geändert.',
    linked_otherwise:
      'Dort sind Sie angemeldet, aber wer hier Ihre E-Mail-Adresse hat, ist dort mit einer anderen Person verknüpft. Fragen Sie den Inhaber Ihrer Organisation.',
  },
  signedOut: {
    title: 'Sie sind abgemeldet',
    lead: (title) => `Hier sind Sie abgemeldet. Bei ${title} sind Sie noch angemeldet.`,
    there: (title) => `Auch bei ${title} abmelden`,
    again: 'Wieder anmelden',
  },
  links: {
    heading: 'Anmeldung Ihrer Organisation',
    help: 'Wer sich dort als Sie anmeldet, kommt hier ohne Passwort hinein.',
    since: 'verknüpft',
    used: 'zuletzt benutzt',
    neverUsed: 'nie benutzt',
    add: (title) => `Mit ${title} verknüpfen`,
    remove: 'Verknüpfung entfernen',
    removeNamed: (title) => `Verknüpfung mit ${title} entfernen`,
    goOn: {
      title: 'Noch ein Schritt',
      lead: (title) =>
        `Ihr Passwort stimmt. Melden Sie sich jetzt bei ${title} an; damit entsteht die Verknüpfung.`,
      button: (title) => `Weiter zu ${title}`,
      cancel: 'Jetzt nicht',
    },
  },
};
