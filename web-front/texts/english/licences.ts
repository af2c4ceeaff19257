// The pages of licence agreements. English.
import { html, type Html } from '#commlink/pages/html.ts';

/** The texts. */
export const licencesTexts = {
  title: 'Licence agreements',
  lead: 'What your organization has accepted, and what is still to be accepted before a download.',
  nothing: 'Nothing of yours asks for a licence agreement.',
  version: (version: string) => `Version ${version}`,
  states: {
    accepted: 'Accepted',
    needed: 'To be accepted',
    announced: 'In force soon',
    without_text: 'Recorded by your vendor',
  },
  acceptedOn: (when: Html) => html`Accepted ${when}`,
  inForceFrom: (day: Html) => html`in force from ${day}`,
  read: 'Read',
  readAndAccept: 'Read and accept',
  withoutText:
    'Your vendor keeps the text of this agreement elsewhere, and records your acceptance. Write to your vendor.',
  acceptTitle: 'Accept for your organization',
  acceptFor: (account: string) =>
    `I accept this agreement on behalf of ${account}, and I am entitled to do so.`,
  acceptOnce:
    'It is recorded once, with your name and the time. Downloads by scripts and machines go on without a question.',
  acceptButton: 'Accept the agreement',
  ownersOnly: 'Only an owner of your organization can accept it. Ask one of them.',
  back: 'All licence agreements',
};
/** The shape that every language's texts have. */
export type LicencesTexts = typeof licencesTexts;
