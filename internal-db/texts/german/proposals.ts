// Changes that wait for a second person: what each is, and what it would do. German. Used by second-person/.
import type { changeTexts as ChangeTexts, previewTexts as PreviewTexts } from '../english/proposals.ts';

/** Each change in a sentence. */
export const changeTexts: typeof ChangeTexts = {
  withdraw: (release) => `${release} zurückziehen`,
  revokeOneMore: 'Nach vielen noch eine Berechtigung zurückziehen',
  many: 'Vieles auf einmal ändern',
  suspend: (account) => `${account} aussetzen`,
  endAccess: (name) => `Den Zugang von ${name} beenden`,
  resetUser: (user) => `${user}, einer Person des Kunden, die zweiten Faktoren nehmen`,
  addStaff: (name, role) => `${name} als ${role} zu den Mitarbeitenden nehmen`,
  giveRole: (name, role) => `${name} die Rolle ${role} geben`,
  readmit: (name) => `${name} sich wieder anmelden lassen`,
  resetStaff: (name) => `${name} die zweiten Faktoren nehmen`,
};

/** What is told of a change before somebody decides. */
export const previewTexts: typeof PreviewTexts = {
  impossible: 'Es ist jetzt nicht möglich',
  release: 'Version',
  stateNow: 'Zustand jetzt',
  holders: 'Kunden, die sie haben',
  endedDeliveries: 'Lieferungen, die enden',
  asOf: 'Stand',
  grants: 'Erteilungen',
  extensions: 'Verlängerungen',
  revocations: 'Rücknahmen',
  customers: 'Kunden',
  missingAgreements: 'Verträge, die noch niemand annehmen kann',
  customer: 'Kunde',
  newMember: 'Neu',
  role: 'Rolle',
  newRole: 'Neue Rolle',
  member: 'Mitarbeitende Person',
  roleNow: 'Rolle jetzt',
  maySignIn: 'Darf sich jetzt anmelden',
  yes: 'ja',
  no: 'nein',
  person: 'Person',
};
