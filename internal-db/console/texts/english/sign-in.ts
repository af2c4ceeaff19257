// How staff sign in: the password, the second step and its set-up, identity providers. English.

/** The texts. */
export const signInTexts = {
  title: 'Sign in',
  lead: 'For staff. Customers have a portal of their own.',
  name: 'Name',
  password: 'Password',
  button: 'Sign in',
  wrong: 'This name and password do not belong together. Try again.',
  withProvider: (provider: string) => `You sign in with ${provider}, not with a password.`,
  tooManyAttempts: (waitSeconds: number) => `Too many attempts. Wait ${waitSeconds} seconds, then try again.`,
  secondStep: {
    title: 'Second step',
    lead: (name: string) => `You are known as ${name}. Now the second factor.`,
    otherAddress: 'Your passkeys belong to another address of this console.',
    useRecoveryCode: 'Use a recovery code',
    recoveryCode: 'Recovery code',
    lost: 'Lost all of it? An operator can take the second factor away: consign staff reset-second-factor NAME.',
    button: 'Sign in',
    passkey: 'Use a passkey',
    somebodyElse: 'Sign in as somebody else',
    wrong: 'That code does not fit, or was used already. Wait for the next one.',
    usedUp: 'This took too long, or too many tries. Begin again.',
  },
  setUp: {
    title: 'Set up the second factor',
    lead: 'Staff sign in with a password and a second factor: an authenticator app or a passkey.',
    confirm: 'Confirm',
    orPasskey: 'Or a passkey',
    passkey: 'Make a passkey',
    newSecret: (wrong: string) => `${wrong} Here is a new secret.`,
    /** What a passkey is called until its owner names another one. */
    passkeyName: 'Passkey',
  },
  recoveryCodes: {
    title: 'Recovery codes',
    lead: 'Each of them replaces the second factor once. They are shown only now: print them, or keep them in a safe.',
    what: 'recovery codes',
    kept: 'I have kept them',
  },
  /** What an authenticator app shows beside the name. */
  issuer: 'Consign console',
  /** Around an app’s key, wherever the console shows one. */
  appKey: {
    picture: 'The secret, to be scanned with the app',
    openApp: 'Open the app on this device',
    manual: 'Scan it with the app, or type this key in:',
    key: 'secret',
  },
  appCode: 'Code of the app',
  /** About a passkey that did not come about. */
  passkey: {
    refused: 'This browser or passkey does not work here. Try another one.',
    cancelled: 'Nothing happened: it was cancelled, took too long, or there is no passkey of yours here.',
  },
  passkeysNeedScript: 'Passkeys need a browser that knows them, and its scripts.',
  providers: {
    heading: 'Or sign in with',
    arrived: {
      title: 'Signed in',
      lead: 'You are signed in at your identity provider.',
      goOn: 'Go on',
    },
    leaving: {
      title: 'One more step',
      lead: (provider: string) => `Your password was right. Now sign in at ${provider}; that makes the link.`,
      goOn: (provider: string) => `Go on to ${provider}`,
    },
    signedOut: {
      title: 'You are signed out',
      lead: (provider: string) => `You are signed out here. At ${provider} you are still signed in.`,
      there: (provider: string) => `Sign out at ${provider}, too`,
      again: 'Sign in again',
    },
    links: {
      remove: 'Remove the link',
      removeNamed: (provider: string) => `Remove the link to ${provider}`,
      link: (provider: string) => `Link ${provider}`,
    },
    refusals: {
      provider_unknown:
        'This provider is not configured (any more), or the console has no address for it to come back to.',
      provider_down: 'The identity provider cannot be reached now. Try again, or sign in with your password.',
      provider_refused: 'The identity provider has not let you in. Try again, or ask there.',
      answer_wrong:
        'What the identity provider answered could not be accepted. Begin again; the log says more.',
      unusable: 'This sign-in was begun elsewhere, took too long, or was used already. Begin again.',
      unknown_person: 'You are signed in there, but no member of staff is known by that. Ask an operator.',
      role_missing:
        'You are signed in there, but nothing that it says gives you a role here. Ask an operator.',
      linked_already: 'Somebody else here is linked to that person already. Nothing was changed.',
      linked_otherwise:
        'You are signed in there, but whoever has your name here is linked to another person there. Ask an operator.',
      role_needs_approval:
        'You are signed in there as an operator, which two of the staff must approve here. Ask an operator to propose it.',
    },
  },
};
