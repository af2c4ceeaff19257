// Licence agreements, which entitlements can ask for. English.
import { html, type Html } from '#commlink/pages/html.ts';

/** The texts. */
export const licencesTexts = {
  title: 'Licence texts',
  lead: 'Agreements that an entitlement can ask for. A text never changes: what is new is another version.',
  all: 'All versions',
  list: {
    caption: 'Licence agreements by version',
    agreement: 'Agreement',
    version: 'Version',
    title: 'Title',
    from: 'In force from',
    by: 'Added by',
    empty: 'There is no text yet.',
    pages: 'Pages of agreements',
    first: 'First',
    more: 'More',
  },
  one: {
    state: 'State',
    inForce: 'in force',
    notInForce: 'not in force',
    from: 'In force from',
    added: 'Added',
    addedBy: (when: Html, who: string) => html`${when} by ${who}`,
    text: 'Text',
  },
  add: {
    heading: 'A new version',
    agreement: 'Agreement',
    agreementHint: 'The name that entitlements ask for it by: lower-case letters, digits, dot and dash.',
    version: 'Version',
    versionHint: 'Like 2 or 2026-12.',
    title: 'Title',
    from: 'In force from',
    fromHint:
      'Without a day: from now on. Whoever has accepted an earlier version accepts again from then on.',
    text: 'Text',
    textHint: 'Markdown. Longer ones: consign licence add.',
    button: 'Add this version',
  },
  added: 'The version is added.',
  noVersion: (version: string, agreement: string) => `There is no version ${version} of ${agreement}.`,
};
