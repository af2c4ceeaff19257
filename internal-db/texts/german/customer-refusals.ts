// What is refused about customers: accounts, people, entitlements, deliveries, licence agreements. German. Used by the services that refuse.
import type { customerRefusals as Texts } from '../english/customer-refusals.ts';

/** Each sentence by what is so. */
export const customerRefusals: typeof Texts = {
  noAccount: (name) => `Es gibt kein Konto ${name}.`,
  noUser: (name) => `Es gibt niemanden mit dem Namen ${name}.`,
  noSuchKey: (user) => `${user} hat keinen solchen Schlüssel.`,
  nameLikeDelivery: (name) =>
    `Der Name ${name} sieht wie die Anmeldung einer Lieferung aus. Wählen Sie einen anderen.`,
  noNode: (name) => `Es gibt keinen FTP-Knoten ${name}.`,
  noEntitlement: (id) => `Es gibt keine Berechtigung ${id}.`,
  notItsEntitlement: (account) => `${account} hat keine solche Berechtigung.`,
  revokedAlready: (id, at, by) => `${id} wurde schon zurückgezogen, am ${at} von ${by}.`,
  noRange: (text) =>
    `${text} ist kein Bereich von Versionen. Beispiele: „*“ (alle), „2.x“, „>=2.1 <3“, „1.4.2“.`,
  endsBeforeItBegins: 'Die Berechtigung würde enden, bevor sie beginnt. Vertauschen Sie die beiden Tage.',
  hasNoEnd: (id) => `${id} hat kein Ende und ist nicht zu verlängern.`,
  lastsAlready: (id, day) => `${id} gilt schon bis ${day}. Wählen Sie einen späteren Tag.`,
  endInThePast: 'Das neue Ende liegt in der Vergangenheit. Wählen Sie einen späteren Tag.',
  noDelivery: (id) => `Es gibt keine Lieferung ${id}.`,
  nobodyFetches: 'Ein Lieferknoten muss die Datei erst holen, und keiner antwortet.',
  tooManyStaged: (count) =>
    `Für dieses Konto liegen schon ${count} Dateien bereit. Holen Sie einige ab oder geben Sie sie auf, und versuchen Sie es dann noch einmal.`,
  noOtherNode: 'Es gibt keinen anderen Lieferknoten.',
  noNodeAtAll: 'Es ist kein Lieferknoten eingerichtet. Fragen Sie den Betreiber.',
  viewsAreOff:
    'Das Portal wie ein Kunde zu sehen ist abgeschaltet (Einstellungen console.viewAsCustomer und portalUrl).',
  nobodyOfThatName: (account, user) => `${account} hat niemanden mit dem Namen ${user}.`,
  suspendedView: (account) => `${account} ist ausgesetzt: Niemand von dort kommt in das Portal.`,
  noMailForInvitations: 'Mail ist nicht eingerichtet: Niemand kann eingeladen werden.',
  noMail: 'Mail ist nicht eingerichtet.',
  noAddress: (name) => `${name} hat keine E-Mail-Adresse.`,
  suspended: (account) => `${account} ist ausgesetzt.`,
  linksEnough: (name) => `${name} hat in der letzten Stunde genug Links bekommen, und sie gelten noch.`,
  noAgreementVersion: (agreement) => `Diese Fassung des Lizenzvertrags ${agreement} gibt es nicht.`,
  agreementExists: (version, name) =>
    `Von ${name} gibt es schon die Fassung ${version}. Texte ändern sich nie.`,
  agreementTooEarly: 'Eine Fassung gilt ab jetzt oder später, und nach denen, die es gibt.',
  accountTaken: (name) => `Es gibt schon ein Konto ${name}.`,
  userTaken: (name) =>
    `Jemanden mit dem Namen ${name} gibt oder gab es schon, oder die Adresse gehört in diesem Konto jemand anderem.`,
  otherHolder: (other, product, file) =>
    `Auch ${other} ist für ${product} berechtigt und könnte ${file} herunterladen. Veröffentlichen Sie die Datei in einem eigenen Produkt nur für diesen Kunden.`,
  filesOfOthers: (product, other, account) =>
    `${product} hat Konfigurationsdateien für Standorte oder Geräte von ${other}, die ${account} dann herunterladen könnte.`,
};
