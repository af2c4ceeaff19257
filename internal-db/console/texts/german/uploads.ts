// The upload of a release’s files into a draft. German.
import { html } from '#commlink/pages/html.ts';
import type { uploadTexts as Texts } from '../english/uploads.ts';

/** The texts of the upload. */
export const uploadTexts: typeof Texts = {
  title: (product) => `Dateien für ${product} hochladen`,
  lead: 'Sie werden ein Entwurf, den Kunden erst sehen, wenn er veröffentlicht ist.',
  files: 'Dateien',
  version: 'Version',
  versionHint: 'Eine semantische Version: 2.4.0, 2.5.0-rc.1.',
  channel: 'Kanal',
  platform: 'Plattform',
  platformHint: 'Worauf die Dateien laufen, zum Beispiel linux-x64. Leer: überall.',
  choose: 'Wählen Sie die Dateien, oder ziehen Sie sie hierher.',
  chooseOne: 'Wählen Sie mindestens eine Datei.',
  notBytes: 'Das ist keine Anzahl von Bytes.',
  mediaType: (type) => `Senden Sie ein Stück als ${type}.`,
  digest: 'Content-Digest: Nur sha-256 ist bekannt.',
  ends: 'ends: Die Prüfsumme von Anfang und Ende der Datei fehlt.',
  button: 'Hochladen',
  list: 'Uploads',
  unfinished: {
    heading: 'Nicht fertig',
    how: 'Wählen Sie dieselbe Datei für dieselbe Version noch einmal: Es geht weiter, wo es abgebrochen ist.',
    caption: 'Uploads, die nicht fertig sind',
    file: 'Datei',
    version: 'Version',
    platform: 'Plattform',
    begun: 'Begonnen',
    arrived: 'Angekommen',
    arrivedOf: (arrived, whole) => html`${arrived} von ${whole}`,
    remove: 'Entfernen',
    removeNamed: (file) => `${file} entfernen`,
    none: '–',
    anyPlatform: 'alle',
    empty: 'Keine.',
  },
  command: {
    heading: 'Auf der Kommandozeile',
    how: 'Auf der Maschine von internal-db. Noch einmal gesendet, geht es weiter, wo es abgebrochen ist.',
    what: 'Befehl',
  },
};
