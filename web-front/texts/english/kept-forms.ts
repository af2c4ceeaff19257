// The page that shows what was typed before the session was over. English.

/** The texts. */
export const keptFormsTexts = {
  title: 'Send it now?',
  lead: 'Your session was over when you sent this form. Nothing was done.',
  heading: 'What you had typed',
  forms: {
    '/tokens': { name: 'Name', may: 'What it may do', lifetimeDays: 'Valid for days' },
    '/ssh-keys': { line: 'Public key', name: 'Name', lifetimeDays: 'Valid for days' },
    '/members': { email: 'E-mail address', role: 'Role', language: 'Language of the mail' },
    '/account/profile': { displayName: 'Your name', language: 'Language of your mails' },
    '/appliances/codes': {
      type: 'Kind of appliance',
      site: 'Site',
      label: 'Name',
      count: 'Codes',
      days: 'Good for days',
    },
  },
  leave: 'Leave it',
};
/** The shape that every language's texts have. */
export type KeptFormsTexts = typeof keptFormsTexts;
