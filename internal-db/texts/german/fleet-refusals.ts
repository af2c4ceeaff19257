// What is refused about appliances, rollouts and pins. German. Used by the services that refuse.
import type { fleetRefusals as Texts } from '../english/fleet-refusals.ts';

/** Each sentence by what is so. */
export const fleetRefusals: typeof Texts = {
  siteWithoutAccount: 'Ein Standort gehört zu einem Konto: Nennen Sie auch dieses.',
  retired: (uid) => `${uid} ist ausgemustert.`,
  notQuarantined: (uid) => `${uid} ist nicht in Quarantäne.`,
  noAppliance: (uid) => `Es gibt kein Gerät ${uid}.`,
  noType: (name) => `Es gibt keine Geräteart mit dem Namen ${name}.`,
  noSite: (account, site) => `${account} hat keinen Standort mit dem Namen ${site}.`,
  noSiteThere: (site) => `Das Konto hat keinen Standort mit dem Namen ${site}.`,
  tooManyCodes: (max) => `Ein Konto hat höchstens ${max} offene Codes. Ziehen Sie zuerst einige zurück.`,
  noRollout: (id) => `Es gibt kein Rollout ${id}.`,
  nothingBefore: 'Vorher wurde nichts ausgerollt. Nennen Sie die Version: --to VERSION',
  versionWithdrawn: (release) => `${release} ist zurückgezogen.`,
  noPackage: (release) =>
    `${release} hat kein Paket für Geräte. Machen Sie eines: consign package build --help`,
  otherRollout: (product, version, state) =>
    `Ein Rollout von ${product} ${version} an dieselben Geräte ist noch nicht zu Ende (${state}). Beenden Sie es zuerst.`,
  wavesMustGrow: 'Jede Welle ist größer als die vor ihr, und die letzte ist 100 Prozent.',
  noWindow: (text) => `„${text}“ ist kein Zeitfenster. Schreiben Sie etwa: mon-fri 22:00-04:00 (UTC)`,
  noMaintenanceWindow: (text) =>
    `„${text}“ ist kein Wartungsfenster. Schreiben Sie etwa mon-fri 22:00-04:00.`,
  notFromThere: (from, to) =>
    `Der Zustand des Rollouts ist ${from}; von dort aus kann es nicht ${to} werden.`,
  noPin: (product, scope, subject) => `Für ${scope} ${subject} ist keine Version von ${product} festgelegt.`,
  notSetUp: 'Die Flotte ist nicht eingerichtet. Tippen Sie: consign fleet setup',
};
