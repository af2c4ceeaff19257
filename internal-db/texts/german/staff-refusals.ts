// What is refused about staff, their tokens and proposals. German. Used by the services that refuse.
import type { staffRefusals as Texts } from '../english/staff-refusals.ts';

/** Each sentence by what is so. */
export const staffRefusals: typeof Texts = {
  noMember: (name) => `Unter den Mitarbeitenden gibt es niemanden mit dem Namen ${name}.`,
  noProposal: 'Diesen Vorschlag gibt es nicht.',
  mayNotSee: (role) => `Ihre Rolle (${role}) darf das nicht sehen.`,
  mayNotDecide: (role) => `Ihre Rolle (${role}) darf darüber nicht entscheiden.`,
  noLongerStaff: 'Sie gehören nicht mehr zu den Mitarbeitenden.',
  proposerMayNot: (name) => `${name}, von wem der Vorschlag ist, darf das nicht mehr.`,
  decidedAlready: (state) => `Über diesen Vorschlag ist schon entschieden (${state}). Nichts wurde geändert.`,
  tooManyProposals: 'Es warten schon zu viele Vorschläge. Lassen Sie zuerst über einige entscheiden.',
  tooManyOwnProposals: (count) =>
    `${count} Vorschläge von Ihnen warten schon. Ziehen Sie einige zurück, oder lassen Sie darüber entscheiden.`,
  tooManyInThisHour: 'Sie haben in dieser Stunde zu viele Vorschläge gemacht. Warten Sie eine Weile.',
  accessEnded: (name) => `Der Zugang von ${name} ist beendet: Ein Token dafür kann es nicht geben.`,
  tooManyTokens: (count) =>
    `Es gibt schon ${count} Tokens. Ziehen Sie eines zurück, das nicht gebraucht wird.`,
  noToken: (name) => `${name} hat kein solches Token, das noch gilt.`,
  linkIsRequired: (provider) =>
    `Nach den Einstellungen melden Sie sich mit ${provider} an, darum bleibt diese Verknüpfung.`,
  noLink: 'Diese Verknüpfung gibt es nicht (mehr).',
  ownProposal: 'Der Vorschlag ist von Ihnen: Jemand anders muss ihn freigeben.',
  aboutYou: 'Es geht um Sie: Jemand anders muss es freigeben.',
  mayNotApprove: (role) => `Ihre Rolle (${role}) darf das nicht freigeben.`,
  nameTaken: (name) => `Unter den Mitarbeitenden gibt es schon jemanden mit dem Namen ${name}.`,
};
