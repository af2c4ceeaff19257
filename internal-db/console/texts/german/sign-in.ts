// How staff sign in: the password, the second step and its set-up, identity providers. German.
import type { signInTexts as Texts } from '../english/sign-in.ts';

/** The texts. */
export const signInTexts: typeof Texts = {
  title: 'Anmelden',
  lead: 'Für Mitarbeitende. Kunden haben ein eigenes Portal.',
  name: 'Name',
  password: 'Passwort',
  button: 'Anmelden',
  wrong: 'Dieser Name und dieses Passwort gehören nicht zusammen. Versuchen Sie es noch einmal.',
  withProvider: (provider) => `Sie melden sich mit ${provider} an, nicht mit einem Passwort.`,
  tooManyAttempts: (waitSeconds) =>
    `Zu viele Versuche. Warten Sie ${waitSeconds} Sekunden, dann versuchen Sie es noch einmal.`,
  secondStep: {
    title: 'Zweiter Schritt',
    lead: (name) => `Sie sind als ${name} bekannt. Jetzt der zweite Faktor.`,
    otherAddress: 'Ihre Passkeys gehören zu einer anderen Adresse dieser Konsole.',
    useRecoveryCode: 'Einen Wiederherstellungscode verwenden',
    recoveryCode: 'Wiederherstellungscode',
    lost: 'Alles verloren? Ein Operator kann den zweiten Faktor entfernen: consign staff reset-second-factor NAME.',
    button: 'Anmelden',
    passkey: 'Einen Passkey verwenden',
    somebodyElse: 'Als jemand anderes anmelden',
    wrong: 'Dieser Code passt nicht oder wurde schon verwendet. Warten Sie auf den nächsten.',
    usedUp: 'Das hat zu lange gedauert, oder es waren zu viele Versuche. Beginnen Sie noch einmal.',
  },
  setUp: {
    title: 'Den zweiten Faktor einrichten',
    lead: 'Mitarbeitende melden sich mit einem Passwort und einem zweiten Faktor an: einer Authenticator-App oder einem Passkey.',
    confirm: 'Bestätigen',
    orPasskey: 'Oder ein Passkey',
    passkey: 'Passkey erzeugen',
    newSecret: (wrong) => `${wrong} Hier ist ein neues Geheimnis.`,
    passkeyName: 'Passkey',
  },
  recoveryCodes: {
    title: 'Wiederherstellungscodes',
    lead: 'Jeder ersetzt den zweiten Faktor einmal. Sie werden nur jetzt gezeigt: Drucken Sie sie aus, oder legen Sie sie in einen Tresor.',
    what: 'Wiederherstellungscodes',
    kept: 'Ich habe sie aufbewahrt',
  },
  issuer: 'Consign-Konsole',
  appKey: {
    picture: 'Das Geheimnis, von der App zu scannen',
    openApp: 'Die App auf diesem Gerät öffnen',
    manual: 'Scannen Sie es mit der App, oder geben Sie diesen Schlüssel ein:',
    key: 'Geheimnis',
  },
  appCode: 'Code der App',
  passkey: {
    refused: 'Dieser Browser oder Passkey geht hier nicht. Versuchen Sie es mit einem anderen.',
    cancelled:
      'Es ist nichts geschehen: abgebrochen, zu lange gedauert, oder es gibt hier keinen Passkey von Ihnen.',
  },
  passkeysNeedScript: 'Passkeys brauchen einen Browser, der sie kennt, und dessen Skripte.',
  providers: {
    heading: 'Oder anmelden mit',
    arrived: {
      title: 'Angemeldet',
      lead: 'Sie sind bei Ihrem Anmeldedienst angemeldet.',
      goOn: 'Weiter',
    },
    leaving: {
      title: 'Noch ein Schritt',
      lead: (provider) =>
        `Ihr Passwort war richtig. Melden Sie sich jetzt bei ${provider} an; das stellt die Verknüpfung her.`,
      goOn: (provider) => `Weiter zu ${provider}`,
    },
    signedOut: {
      title: 'Sie sind abgemeldet',
      lead: (provider) => `Hier sind Sie abgemeldet. Bei ${provider} sind Sie noch angemeldet.`,
      there: (provider) => `Auch bei ${provider} abmelden`,
      again: 'Wieder anmelden',
    },
    links: {
      remove: 'Verknüpfung entfernen',
      removeNamed: (provider) => `Verknüpfung mit ${provider} entfernen`,
      link: (provider) => `Mit ${provider} verknüpfen`,
    },
    refusals: {
      provider_unknown:
        'Dieser Anmeldedienst ist nicht (mehr) eingerichtet, oder die Konsole hat keine Adresse, zu der er zurückkehren kann.',
      provider_down:
        'Der Anmeldedienst ist gerade nicht erreichbar. Versuchen Sie es noch einmal, oder melden Sie sich mit Ihrem Passwort an.',
      provider_refused:
        'Der Anmeldedienst hat Sie nicht eingelassen. Versuchen Sie es noch einmal, oder fragen Sie dort.',
      answer_wrong:
        'Die Antwort des Anmeldedienstes konnte nicht angenommen werden. Beginnen Sie noch einmal; das Protokoll sagt mehr.',
      unusable:
        'Diese Anmeldung wurde anderswo begonnen, hat zu lange gedauert oder ist schon verbraucht. Beginnen Sie noch einmal.',
      unknown_person:
        'Dort sind Sie angemeldet, aber hier ist niemand darunter bekannt. Fragen Sie einen Operator.',
      role_missing:
        'Dort sind Sie angemeldet, aber nichts von dem, was der Dienst sagt, gibt Ihnen hier eine Rolle. Fragen Sie einen Operator.',
      linked_already: 'Jemand anderes ist hier schon mit dieser Person verknüpft. Es wurde nichts geändert.',
      linked_otherwise:
        'Dort sind Sie angemeldet, aber wer hier Ihren Namen trägt, ist dort mit einer anderen Person verknüpft. Fragen Sie einen Operator.',
      role_needs_approval:
        'Dort sind Sie als Operator angemeldet; hier müssen zwei Mitarbeitende dem zustimmen. Bitten Sie einen Operator, es vorzuschlagen.',
    },
  },
};
