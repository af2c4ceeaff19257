// A forgotten password, and choosing a new one: English.

/** The texts. */
export const passwordsTexts = {
  forgotten: {
    title: 'Forgotten password',
    lead: 'Tell us your e-mail address, and we send you a link to choose a new password.',
    email: 'E-mail address',
    button: 'Send the link',
    back: 'Back to signing in',
  },
  sent: {
    title: 'Look into your mail',
    lead: (email: string) =>
      `If ${email} belongs to somebody here, a mail with a link is on its way. The link works once, for an hour.`,
    nothing:
      'Nothing came after some minutes? Look into the spam folder, or ask an owner of your organization.',
  },
  reset: {
    title: 'Choose a new password',
    lead: (username: string) => `For ${username}.`,
    after: 'All sessions end with it. Your SSH keys and tokens go on working.',
    button: 'Set the password',
    doneTitle: 'The password is changed',
    done: 'Sign in with your new password.',
    signIn: 'Sign in',
  },
  unusable: {
    title: 'This link does not work any more',
    lead: 'It was used already, has expired, or a newer one was sent.',
    again: 'Ask for a new link',
  },
  newPassword: 'New password',
  rule: (charactersMin: number) =>
    `At least ${charactersMin} characters. Several words that do not belong together are good and easy to remember.`,
};
/** The shape that every language's texts have. */
export type PasswordsTexts = typeof passwordsTexts;
