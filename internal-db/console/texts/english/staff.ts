// Staff: who they are, and the changes that one of them proposes and another approves. English.
import { html, type Html, type HtmlValue } from '#commlink/pages/html.ts';

/** The texts of the page of staff. */
export const staffTexts = {
  title: 'Staff',
  roles: {
    support: 'support: customers, entitlements, deliveries',
    'release-manager': 'release manager: products and releases',
    operator: 'operator: everything',
    auditor: 'auditor: looks at everything, changes nothing',
  },
  list: {
    caption: 'Staff',
    name: 'Name',
    role: 'Role',
    secondFactor: 'Second factor',
    since: 'Since',
    change: 'Change',
    empty: 'There is nobody.',
    setUp: 'set up',
    notYet: 'not yet',
    left: 'left',
  },
  created: (name: string, password: Html) =>
    html`<p><strong>${name} may sign in.</strong> The first password, shown only now: ${password}</p>`,
  password: 'password',
  add: {
    heading: 'Somebody new',
    name: 'Name for the sign-in',
    nameHint: 'Small letters, digits, dots and dashes',
    displayName: 'Full name',
    role: 'Role',
    button: 'Add',
  },
  change: {
    reason: 'Reason',
    role: 'Change the role',
    factorHint: 'The sessions and API tokens end, and the links to identity providers.',
    factor: 'Take the second factor away',
    end: (name: string) => `End ${name}’s access`,
    readmit: (name: string) => `Let ${name} sign in again`,
    own: 'Ask somebody else to change your own access.',
    done: 'Changed.',
  },
};

/** The texts of the pages of proposals. */
export const approvalsTexts = {
  title: 'Approvals',
  lead: 'Changes that one of the staff proposes and another approves. Which ones is the setting console.secondPerson.',
  states: {
    open: 'waits',
    approved: 'approved',
    declined: 'declined',
    withdrawn: 'withdrawn',
    expired: 'expired',
  },
  list: {
    caption: 'Proposals',
    change: 'Change',
    state: 'State',
    by: 'By',
    proposed: 'Proposed',
    decided: 'Decided',
    empty: 'Nothing was proposed yet.',
    pages: 'Pages of proposals',
    first: 'First page',
    older: 'Older ones',
  },
  facts: {
    state: 'State',
    proposed: 'Proposed',
    reason: 'Reason',
    until: 'Can be approved until',
    decided: 'Decided',
    by: (who: string, when: Html) => html`by ${who}, ${when}`,
  },
  preview: {
    heading: 'What it would do now',
    table: 'The table',
    /** A label or value of the facts, which programs read in English, too. */
    word: (fact: string) => fact,
  },
  decision: {
    heading: 'Decision',
    nobodyElse: html`<p>Nobody else may approve it. Somebody with that permission has to join the staff.</p>`,
    by: (names: string) => html`<p>It can be approved by ${names}.</p>`,
    approve: 'Approve it: it is done at once',
    decline: 'Decline',
    withdraw: 'Withdraw the proposal',
  },
  halves: {
    what: 'password',
    first: (half: HtmlValue) =>
      html`<p>The first half of the first password, shown to you until it is approved: ${half}</p>`,
    second: (half: HtmlValue) => html`<p>The second half of the first password, shown only now: ${half}</p>`,
    whose: html`<p>
      Who proposed it has the first half, who approves it the second, with a hyphen between them. Each gives
      the own half to the new person alone.
    </p>`,
  },
  /** What the page says after the browser was sent back. */
  done: {
    proposed: 'It is proposed, and nothing has changed yet: somebody else has to approve it.',
    approved: 'It is approved and done.',
    ended: 'It will not be done.',
  },
};
