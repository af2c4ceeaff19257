// Signing in by way of an organization's own service (an identity provider): English.

/** The texts. */
export const providersTexts = {
  or: 'Or sign in with',
  organization: {
    summary: 'Sign in with your organization',
    label: 'Your e-mail address',
    help: 'We lead you to your organization’s own sign-in, if it uses one here.',
    button: 'Go on',
    none: (email: string) =>
      `No organization’s sign-in belongs to ${email}. Use your user name and password.`,
  },
  required: (title: string) => `Your organization signs in with ${title}, not with a password.`,
  refusals: {
    provider_unknown: 'This way to sign in is not offered any more. Choose another one.',
    provider_down:
      'Your organization’s sign-in service cannot be reached now. Try again later, or sign in with your password.',
    provider_refused: 'Your organization’s sign-in service has not let you in. Try again, or ask there.',
    answer_wrong:
      'What your organization’s sign-in service answered could not be accepted. Begin again here; if it stays so, tell your vendor.',
    unusable: 'This sign-in was begun elsewhere, took too long, or was used already. Begin again here.',
    unknown_person:
      'You are signed in there, but nobody here is known by that. Ask your organization’s owner for an invitation.',
    email_unverified:
      'Your organization’s sign-in service does not confirm your e-mail address. Sign in with your password, and link the two under “Sign-in and security”.',
    several:
      'Your e-mail address belongs to several accounts here. Sign in with your password, and link the one that you mean under “Sign-in and security”.',
    linked_already: 'Somebody else here is linked to that person already. Nothing was changed.',
    linked_otherwise:
      'You are signed in there, but whoever has your e-mail address here is linked to another person there. Ask your organization’s owner.',
  },
  signedOut: {
    title: 'You are signed out',
    lead: (title: string) => `You are signed out here. At ${title} you are still signed in.`,
    there: (title: string) => `Sign out at ${title}, too`,
    again: 'Sign in again',
  },
  links: {
    heading: 'Your organization’s sign-in',
    help: 'Whoever signs in there as you gets in here, without a password.',
    since: 'linked',
    used: 'last used',
    neverUsed: 'never used',
    add: (title: string) => `Link ${title}`,
    remove: 'Remove the link',
    removeNamed: (title: string) => `Remove the link to ${title}`,
    goOn: {
      title: 'One more step',
      lead: (title: string) => `Your password was right. Now sign in at ${title}; that makes the link.`,
      button: (title: string) => `Go on to ${title}`,
      cancel: 'Not now',
    },
  },
};
/** The shape that every language's texts have. */
export type ProvidersTexts = typeof providersTexts;
