// The pages of SSH keys and personal tokens. German.
import { html } from '#commlink/pages/html.ts';
import type { KeysAndTokensTexts } from '../english/keys-and-tokens.ts';

/** The texts. */
export const keysAndTokensTexts: KeysAndTokensTexts = {
  neverUsed: 'Nie benutzt',
  lastUsed: 'Zuletzt benutzt',
  added: 'Hinzugefügt',
  validUntil: 'Gültig bis',
  daysWrong: (min, max) => `Geben Sie eine Zahl von ${min} bis ${max} ein.`,
  keys: {
    title: 'SSH-Schlüssel',
    lead: 'Mit einem eigenen Schlüssel braucht SFTP kein Passwort: Programme und Skripte melden sich mit Ihrem Benutzernamen an und finden alles, was für Ihr Konto bereitliegt.',
    heading: 'Ihre Schlüssel',
    empty: 'Sie haben noch keinen Schlüssel.',
    table: 'Ihre SSH-Schlüssel mit ihren Fingerabdrücken',
    name: 'Schlüssel',
    fingerprint: 'Fingerabdruck',
    bits: (keyType: string, bits: number) => `${keyType}, ${bits} Bit`,
    add: 'Schlüssel hinzufügen',
    line: 'Öffentlicher Schlüssel',
    lineHint: html`Die eine Zeile einer Datei wie <code>~/.ssh/id_ed25519.pub</code>, nie die Datei ohne
      <code>.pub</code>. Sie haben noch keinen Schlüssel? <code>ssh-keygen -t ed25519</code> erzeugt einen.`,
    linePlaceholder: 'ssh-ed25519 AAAA… sie@rechner',
    nameLabel: 'Wie soll er heißen?',
    nameHint: 'Bleibt das Feld leer, gilt der Kommentar des Schlüssels.',
    namePlaceholder: 'Build-Server',
    days: 'Wie viele Tage soll er gelten?',
    daysHint: 'Bleibt das Feld leer, gilt er, bis er entfernt wird.',
    untilRemoved: 'bis zur Entfernung',
    addButton: 'Schlüssel hinzufügen',
    remove: 'Entfernen',
    removeNamed: (name: string) => `${name} entfernen`,
  },
  tokens: {
    title: 'Persönliche Tokens',
    lead: 'Mit einem Token lädt ein Skript oder eine Maschine unbeaufsichtigt herunter.',
    use: html`Senden Sie es als <code>Authorization: Bearer …</code> an die API oder benutzen Sie es als
      Passwort Ihres Benutzernamens über FTPS und SFTP.`,
    heading: 'Ihre Tokens',
    empty: 'Sie haben noch kein Token.',
    table: 'Ihre persönlichen Tokens',
    name: 'Token',
    add: 'Token erstellen',
    nameLabel: 'Wofür ist es?',
    namePlaceholder: 'Build-Server',
    may: 'Was darf es?',
    uses: {
      all: 'Lesen und herunterladen',
      downloads: 'Nur herunterladen',
      read: 'Nur lesen',
    },
    days: 'Wie viele Tage soll es gelten?',
    addButton: 'Token erstellen',
    created: (name: string) => `Das Token „${name}“ ist erstellt.`,
    copied: 'Token',
    copyNow: 'Kopieren Sie es jetzt: Es wird nicht noch einmal angezeigt.',
    revoke: 'Widerrufen',
    revokeNamed: (name: string) => `${name} widerrufen`,
  },
};
