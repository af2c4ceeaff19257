// The console’s search, and "why, or why not". English.
import { html, type Html } from '#commlink/pages/html.ts';

/** The texts of the search’s results. */
export const searchTexts = {
  title: 'Search',
  titleOf: (typed: string) => `Search: ${typed}`,
  label: 'Search for',
  button: 'Search',
  nothing: 'Nothing was found.',
  advice:
    'Search for the beginnings of names, e-mail addresses and files, a delivery’s login, an id (dlv_…, ent_…), ' +
    'or at least eight digits of a file’s SHA-256.',
  onlySome: (count: number) => `Only ${count} are shown. Type more of it.`,
  kinds: {
    customers: 'Customers',
    people: 'People',
    products: 'Products',
    deliveries: 'Deliveries',
    entitlements: 'Entitlements',
    files: 'Files',
  },
  deliveryFor: (account: string) => `for ${account}`,
  login: (login: string) => `login ${login}`,
  of: (account: string) => `of ${account}`,
};

/** The texts of "why, or why not". */
export const whyTexts = {
  title: 'Why, or why not?',
  account: 'Customer',
  accountHint: 'The account’s name',
  product: 'Product',
  productHint: 'Its name',
  version: 'Version',
  versionHint: 'Empty: every release',
  file: 'File',
  fileHint: 'Empty: every file',
  at: 'At (UTC)',
  atHint: 'Empty: now',
  atWrong: 'At: give the moment as 2026-12-31 or 2026-12-31T14:30.',
  explain: 'Explain',
  whatIf: {
    heading: 'What if …',
    suppose: 'Suppose that',
    hint: 'Nothing is changed by it',
    suppositions: {
      '': 'nothing: as it is',
      grant: 'they were granted these versions',
      extend: 'the entitlement lasted until that day',
      revoke: 'the entitlement were revoked',
      accept: 'they had accepted the agreement',
      activate: 'the customer were not suspended',
    },
    versions: 'Versions',
    versionsHint: 'For a grant: *, 2.x',
    entitlement: 'Entitlement',
    entitlementHint: 'Its id, ent_…',
    until: 'Until',
    untilHint: 'Empty: no end',
    agreement: 'Licence agreement',
    agreementHint: 'Its name',
    missing: (label: string) => `What if: fill in "${label}".`,
  },
  nothing: 'There is nothing to decide.',
  answerAt: (moment: Html) => html`At ${moment}`,
  supposition: html`<p>This is a supposition. Nothing was changed.</p>`,
  more: (count: string) => `And ${count} more. Ask for one version.`,
  admits: 'admits',
  yes: 'yes',
  no: (reason: string) => `no: ${reason}`,
  weighed: (count: string, isOne: boolean) => `${count} ${isOne ? 'entitlement' : 'entitlements'} weighed`,
  firstOnes: (count: number) => `The first ${count}.`,
};
