// The second step of signing in, and signing in with a passkey: English.

/** The texts. */
export const secondStepTexts = {
  title: 'One more step',
  lead: (username: string) => `The password of ${username} is right. Now prove that it is you.`,
  passkeyHelp: 'Your device asks for your finger, your face or its PIN, or for your security key.',
  passkeyButton: 'Use a passkey',
  passkeySignIn: 'Sign in with a passkey',
  passkeyNeedsScript: 'Passkeys need JavaScript. You can use one of the other ways.',
  codeLabel: 'Six-digit code',
  codeHelp: 'The authenticator app on your telephone shows a new one every 30 seconds.',
  recoverySummary: 'You do not have your device?',
  recoveryLabel: 'Recovery code',
  recoveryHelp: 'One of the codes that you kept when you set the second step up. Each works once.',
  button: 'Sign in',
  startAgain: 'Start again',
  lost: 'You have none of these? Ask your vendor to reset the second step.',
  refusals: {
    totp: 'This code is not the one of this moment, or was used before. Wait for the next one.',
    recovery: 'This is none of your recovery codes, or it was used before.',
    passkey: 'This passkey was not accepted. Try again, or choose another way.',
    ended: 'This sign-in took too long. Begin again.',
  },
};
/** The shape that every language's texts have. */
export type SecondStepTexts = typeof secondStepTexts;
