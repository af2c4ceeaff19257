// What is said to a form, or to another request, that the console does not take. English.
import { html } from '#commlink/pages/html.ts';

/** The texts. */
export const formsTexts = {
  reason: 'Give a reason, of 500 characters at most.',
  field: (name: string) => `Correct the field "${name}" and send the form again.`,
  wholeForm: 'form',
  day: (title: string) => `${title}: give the day as YYYY-MM-DD.`,
  from: 'From',
  until: 'Until',
  noSuchPage: 'There is no such page of this list. Begin again with its first page.',
  brokeOff: 'The form broke off. Send it again.',
  noFiles: 'This is no form with files.',
  notAllowed: (role: string) => `Your role (${role}) may not do that. Ask an operator.`,
  notYours: 'This form is not from your session. Load the page again, then send it.',
  anotherSite: 'This form comes from another site.',
  kept: {
    title: 'Send it now?',
    overAndKept: 'Your session was over. What you typed is kept: sign in, then send it.',
    nothingDone: html`<p>
      Your session was over when you sent this, so that <strong>nothing was done</strong>. Here is what you
      typed.
    </p>`,
    password: 'Your password',
    passwordHint: 'It was not kept.',
    more: (count: string) => `… and ${count} more characters, which are sent too.`,
    send: 'Send it',
    leave: 'Leave it',
    gone: 'What you typed is not kept any more, or somebody else typed it.',
  },
};
