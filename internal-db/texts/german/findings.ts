// What was found when something was looked into: an entitlement, the audit log. German. Used by decision/ and audit/.
import type { chainTexts as ChainTexts, decisionTexts as DecisionTexts } from '../english/findings.ts';

/** Why a file may be had, or not. Moments as ISO 8601. */
export const decisionTexts: typeof DecisionTexts = {
  noAccount: 'Dieses Konto gibt es nicht.',
  noProduct: 'Dieses Produkt gibt es nicht.',
  suspended: (account) => `Das Konto ${account} ist ausgesetzt.`,
  notEntitled: (account, product) => `${account} hat keine Berechtigung für ${product}.`,
  noRelease: 'Diese Version hat das Produkt nicht.',
  draft: (version) => `${version} ist noch nicht veröffentlicht.`,
  withdrawn: (version) => `${version} ist zurückgezogen.`,
  noFile: (version) => `Diese Datei hat ${version} nicht.`,
  admits: (id) => `${id} erlaubt es.`,
  grantedLater: (id, at) => `${id} wurde erst später erteilt, am ${at}.`,
  revoked: (id, at, why) => `${id} wurde am ${at} zurückgezogen${why && ` (${why})`}.`,
  outsideRange: (id, versions, version) => `${id} gilt für die Versionen ${versions}, nicht für ${version}.`,
  otherChannel: (id, channels, channel) => `${id} gilt für die Kanäle ${channels}, nicht für ${channel}.`,
  expired: (id, at) => `${id} ist am ${at} abgelaufen.`,
  notYet: (id, at) => `${id} gilt erst ab ${at}.`,
  usedUp: (id, max, count) => `${id} erlaubt ${max} vollständige Downloads, und ${count} wurden gemacht.`,
  notAccepted: (id, agreement) => `${id} verlangt den Lizenzvertrag ${agreement}, der nicht angenommen ist.`,
};

/** What the audit log's chain shows. */
export const chainTexts: typeof ChainTexts = {
  empty: 'Das Audit-Protokoll ist leer.',
  whole: (count) => `Alle ${count} Einträge folgen lückenlos aufeinander.`,
  missing: (sequence) => broken(`Eintrag ${sequence} fehlt`),
  changed: (sequence) => broken(`Eintrag ${sequence} oder der davor ist nicht, was geschrieben wurde`),
  rewritten: (sequence) =>
    broken(`Eintrag ${sequence} wurde neu geschrieben, oder das ganze Protokoll bis dorthin`),
  cut: (last, written) =>
    broken(`das Protokoll endet bei ${last}, geschrieben wurden aber ${written} Einträge`),
};

function broken(problem: string): string {
  return `Das Audit-Protokoll wurde verändert: ${problem}. Die Einträge davor sind unversehrt. Vergleichen Sie mit einer Sicherung.`;
}
