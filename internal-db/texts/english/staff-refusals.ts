// What is refused about staff, their tokens and proposals. English. Used by the services that refuse.

/** Each sentence by what is so. */
export const staffRefusals = {
  noMember: (name: string) => `There is no member of staff called ${name}.`,
  noProposal: 'There is no such proposal.',
  mayNotSee: (role: string) => `Your role (${role}) may not see that.`,
  mayNotDecide: (role: string) => `Your role (${role}) may not decide that.`,
  noLongerStaff: 'You are not one of the staff any more.',
  proposerMayNot: (name: string) => `${name}, who proposed it, may not do that any more.`,
  decidedAlready: (state: string) => `This proposal was ${state} already. Nothing was changed.`,
  tooManyProposals: 'Too many proposals wait already. Have some of them decided first.',
  tooManyOwnProposals: (count: number) =>
    `${count} proposals of yours wait already. Withdraw some, or have them decided.`,
  tooManyInThisHour: 'You have made too many proposals in this hour. Wait a while.',
  accessEnded: (name: string) => `The access of ${name} has ended: there can be no token for it.`,
  tooManyTokens: (count: number) => `There are ${count} tokens already. Revoke one that is not needed.`,
  noToken: (name: string) => `${name} has no such token that is still valid.`,
  linkIsRequired: (provider: string) =>
    `The settings ask you to sign in with ${provider}, so this link stays.`,
  noLink: 'There is no such link (any more).',
  ownProposal: 'You have proposed it: somebody else has to approve it.',
  aboutYou: 'It is about you: somebody else has to approve it.',
  mayNotApprove: (role: string) => `Your role (${role}) may not approve that.`,
  nameTaken: (name: string) => `There is a member of staff called ${name} already.`,
};
