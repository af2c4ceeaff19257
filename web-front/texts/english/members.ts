// The people of an organization, for its owners. English.

/** The texts. */
export const membersTexts = {
  title: 'Members',
  lead: (accountName: string) => `Who may download for ${accountName}.`,
  you: 'you',
  roles: { owner: 'Owner', downloader: 'Downloader' },
  roleHelp: 'Owners also invite and remove people, accept licences, and see everybody’s downloads.',
  makeRole: { owner: 'Make an owner', downloader: 'Make a downloader' },
  invite: {
    heading: 'Invite somebody',
    email: 'E-mail address',
    role: 'Role',
    language: 'Language of the mail',
    button: 'Send the invitation',
    sent: (email: string) => `An invitation is on its way to ${email}. It works once, for seven days.`,
  },
  secondStep: { on: 'second step on', off: 'no second step' },
  lastSignIn: 'last signed in',
  neverSignedIn: 'never signed in',
  noEmail: 'no e-mail address',
  changeNamed: (name: string) => `Change ${name}`,
  removeHelp:
    'Sessions, SSH keys and tokens of a person who is removed end at once, and running downloads are cut.',
  removeNamed: (name: string) => `Remove ${name}`,
  open: {
    heading: 'Open invitations',
    until: 'until',
    by: (name: string) => `invited by ${name}`,
    withdraw: 'Withdraw',
    withdrawNamed: (email: string) => `Withdraw the invitation of ${email}`,
  },
  first: 'Back to the beginning',
  more: 'More',
};
/** The shape that every language's texts have. */
export type MembersTexts = typeof membersTexts;
