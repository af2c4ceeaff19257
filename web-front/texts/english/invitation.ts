// Taking up an invitation, and confirming an e-mail address: English.

/** The texts. */
export const invitationTexts = {
  title: (accountName: string) => `Join ${accountName}`,
  lead: (email: string) => `This invitation was sent to ${email}. Choose how you want to sign in.`,
  role: {
    owner: 'You join as an owner: you download, and look after the people of your organization.',
    downloader: 'You join as a downloader: you download what your organization is entitled to.',
  },
  displayName: 'Your name',
  username: 'User name',
  usernameHelp: 'Lower-case letters, digits, dots and dashes. You sign in with it, here and in FTP programs.',
  password: 'Password',
  button: 'Join',
  unusableTitle: 'This invitation does not work any more',
  unusableLead: 'It was taken up already, was withdrawn, or is older than seven days.',
  unusableAdvice: 'Ask the owner who invited you to send a new one.',
  signIn: 'Sign in',
  welcome: {
    title: (displayName: string) => `Welcome, ${displayName}`,
    lead: 'You are signed in. One minute more makes your account hard to steal:',
    secondStep: 'Set up a second step',
    secondStepHelp: 'With an authenticator app or a passkey, a stolen password alone opens nothing.',
    products: 'Go to your products',
  },
  confirm: {
    title: 'Confirm your e-mail address',
    lead: 'Press the button, and mails for you go to this address from now on.',
    button: 'Confirm the address',
    doneTitle: 'The address is confirmed',
    done: (email: string) => `Mails for you go to ${email} now.`,
    account: 'Go to your account',
  },
};
/** The shape that every language's texts have. */
export type InvitationTexts = typeof invitationTexts;
