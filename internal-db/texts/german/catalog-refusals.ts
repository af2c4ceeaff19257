// What is refused about products, releases and uploads. German. Used by the services that refuse.
import type { catalogRefusals as Texts } from '../english/catalog-refusals.ts';

/** Each sentence by what is so. */
export const catalogRefusals: typeof Texts = {
  noProduct: (name) => `Es gibt kein Produkt ${name}.`,
  noRelease: (product, version) => `Das Produkt ${product} hat keine Version ${version}.`,
  noFile: (product, version, file) => `${product} ${version} hat keine Datei ${file}.`,
  filesRemoved: (version) =>
    `Die Dateien von ${version} wurden entfernt. Veröffentlichen Sie sie als eine neue Version.`,
  otherChannel: (release, wanted) =>
    `Version ${release.version} von ${release.product} ist im Kanal ${release.channel}, nicht in ${wanted}.`,
  otherSize: (name, sizeBytes, knownBytes) =>
    `${name} hat hier ${sizeBytes} Byte; die Datei mit diesem SHA-256 hat ${knownBytes}.`,
  noVersion: (text) =>
    `${text} ist keine semantische Version. Schreiben Sie sie als MAJOR.MINOR.PATCH, etwa 2.4.0 oder 2.5.0-rc.1.`,
  sameName: (name) => `Zwei Dateien heißen ${name}. Benennen Sie eine davon um.`,
  withdrawn: (version) => `${version} ist zurückgezogen. Veröffentlichen Sie unter einer neuen Version.`,
  noDraft: (version, state) =>
    `${version} ist kein Entwurf (${state}). Laden Sie unter einer neuen Version hoch.`,
  tooManyFiles: (max, count) => `Eine Version hat Platz für ${max} Dateien, nicht für ${count}.`,
  fileExists: (where, name) =>
    `${where} hat schon eine Datei ${name}, und veröffentlichte Dateien ändern sich nie. Veröffentlichen Sie unter einer neuen Version.`,
  notArrived: (offsetBytes, sizeBytes) => `${offsetBytes} von ${sizeBytes} Byte sind angekommen.`,
  notAsAnnounced: 'Die Datei kam nicht so an, wie sie angekündigt war. Schicken Sie sie noch einmal.',
  notKept: 'Die Datei ist hier nicht mehr. Schicken Sie sie noch einmal.',
  beingRemoved: 'Dieselbe Datei wird gerade entfernt. Schließen Sie noch einmal ab.',
  noRoomFor: (sizeBytes, room) =>
    `Die Datei hat ${sizeBytes} Byte, und Platz ist für ${room}. Schaffen Sie Platz auf der Platte der Datenbank.`,
  diskNearlyFull:
    'Die Platte der Datenbank ist fast voll. Schaffen Sie Platz auf ihr, und machen Sie dann weiter.',
  tooManyUploads: (count) =>
    `${count} Ihrer Uploads sind nicht fertig. Schließen Sie einige ab, oder entfernen Sie sie.`,
  noUpload: 'Diesen Upload gibt es nicht. Beginnen Sie ihn noch einmal.',
  draftInChannel: (version, channel) => `Der Entwurf ${version} ist im Kanal ${channel}.`,
  productTaken: (name) => `Es gibt schon ein Produkt ${name}.`,
};
