// A person's own account: name, language, e-mail address, password. English.

/** The texts. */
export const accountTexts = {
  title: 'Profile and password',
  facts: {
    username: 'User name',
    organization: 'Organization',
    role: 'Role',
    roles: { owner: 'Owner', downloader: 'Downloader' },
  },
  profile: {
    heading: 'Profile',
    displayName: 'Your name',
    language: 'Language of your mails',
    languages: { en: 'English', de: 'Deutsch' },
    button: 'Save',
    saved: 'Saved.',
  },
  email: {
    heading: 'E-mail address',
    none: 'You have none yet: a forgotten password could not be helped, and no notice reaches you.',
    current: (email: string) => `Mails for you go to ${email}.`,
    label: 'New address',
    password: 'Your password',
    button: 'Change the address',
    sent: (email: string) => `We sent a link to ${email}. The address holds as soon as you have opened it.`,
  },
  password: {
    heading: 'Password',
    current: 'Current password',
    next: 'New password',
    after: 'Your other sessions end with it. Your SSH keys and tokens go on working.',
    button: 'Change the password',
    changed: 'Your password is changed, and your other sessions have ended.',
  },
  security: {
    heading: 'Security',
    help: 'Second step, passkeys, and where you are signed in.',
    link: 'Security settings',
  },
};
/** The shape that every language's texts have. */
export type AccountTexts = typeof accountTexts;
