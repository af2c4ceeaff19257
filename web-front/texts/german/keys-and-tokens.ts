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
    refusals: {
      private_key: () =>
        'Das ist ein privater Schlüssel: Den sollte niemand außer Ihnen haben. Er wurde nicht aufbewahrt. Da er Ihren Rechner verlassen hat, erzeugen Sie ein neues Paar und geben Sie die Zeile der Datei ein, deren Name auf .pub endet.',
      other_format: () =>
        'Das ist ein anderes Format öffentlicher Schlüssel. PuTTYgen zeigt die Zeile unter „Public key for pasting“, und ssh-keygen -i -f DATEI gibt sie aus.',
      several_lines: () => 'Geben Sie einen Schlüssel auf einmal ein, als eine Zeile ohne Umbrüche.',
      dsa: () => 'DSA-Schlüssel sind zu schwach. Erzeugen Sie einen mit: ssh-keygen -t ed25519',
      certificate: () =>
        'Das ist ein Zertifikat. Geben Sie den Schlüssel selbst ein: die .pub-Datei ohne -cert im Namen.',
      security_key: () =>
        'Schlüssel von Sicherheitsschlüsseln (ed25519-sk, ecdsa-sk) werden nicht unterstützt. Erzeugen Sie einen mit: ssh-keygen -t ed25519',
      options: () =>
        'Vor dem Schlüssel stehen Optionen; lassen Sie sie weg. Die Zeile beginnt mit ssh-ed25519, ecdsa-sha2-nistp256 oder ssh-rsa.',
      not_a_key: () =>
        'Das ist kein öffentlicher SSH-Schlüssel. Er ist eine Zeile, die mit ssh-ed25519, ecdsa-sha2-nistp256 oder ssh-rsa beginnt.',
      damaged: () =>
        'Der Schlüssel ist beschädigt; vielleicht fehlt ein Teil der Zeile. Kopieren Sie ihn noch einmal ganz.',
      too_short: () =>
        'RSA-Schlüssel brauchen mindestens 2048 Bit. Erzeugen Sie einen mit: ssh-keygen -t ed25519',
      too_long: () =>
        'RSA-Schlüssel mit mehr als 8192 Bit werden nicht unterstützt. Erzeugen Sie einen mit: ssh-keygen -t ed25519',
      known: (name) => `Diesen Schlüssel haben Sie schon, er heißt „${name}“.`,
      too_many: (count) => `Sie haben schon ${count} Schlüssel. Entfernen Sie einen, den Sie nicht brauchen.`,
    },
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
