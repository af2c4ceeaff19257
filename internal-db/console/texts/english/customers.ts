// Customers: their list, the page of one with its people and deliveries, a new one, and the view of their portal. English.
import { html, type Html } from '#commlink/pages/html.ts';

/** The texts of the list and of one customer’s page. */
export const customersTexts = {
  title: 'Customers',
  list: {
    new: 'New customer',
    caption: 'Customers',
    name: 'Name',
    account: 'Account',
    state: 'State',
    since: 'Since',
    empty: 'There are none yet.',
    pages: 'Pages of customers',
    first: 'First',
    next: 'Next',
  },
  states: { active: 'active', suspended: 'suspended' },
  since: (day: Html) => html`Customer since ${day}.`,
  actions: { grant: 'Grant an entitlement', why: 'Why, or why not?', portal: 'See their portal' },
  sections: {
    entitlements: 'Entitlements',
    people: 'People',
    ready: 'Ready to download',
    timeline: 'Timeline',
    agreements: 'Licence agreements',
  },
  deliveries: {
    states: {
      requested: 'requested',
      staged: 'staged',
      failed: 'failed',
      expired: 'expired',
      revoked: 'revoked',
      cancelled: 'cancelled',
    },
    caption: 'Deliveries that are ready',
    file: 'File',
    state: 'State',
    node: 'Node',
    until: 'Until',
    endIt: 'End it',
    empty: 'Nothing is ready now.',
    movedFrom: (nodes: string) => `moved from ${nodes}`,
    end: 'End',
    reason: (file: string) => `Reason for ending ${file}`,
    endButton: 'End this delivery',
  },
  agreements: {
    open: (agreement: string) => html`Not accepted yet: <code>${agreement}</code>`,
    record: (agreement: string) => `Record that ${agreement} was accepted`,
  },
  suspend: {
    button: 'Suspend this customer',
    consequence: 'Nobody of it can sign in or download until the suspension is lifted.',
    reason: 'Reason for suspending',
  },
  activate: { button: 'Lift the suspension', reason: 'Reason for lifting it' },
  /** What the page says after the browser was sent back. */
  done: {
    created: 'The customer is created.',
    createdAndInvited: 'The customer is created, and the invitation is on its way.',
    invited: 'The invitation is on its way.',
    resetSent: 'A link to set the password anew is on its way to the address that is known.',
    granted: 'Granted.',
    extended: 'Extended.',
    revoked: 'Revoked. What it alone allowed has ended, on every node that answered.',
    ended: 'The delivery has ended.',
    accepted: 'The acceptance is recorded.',
    factorsReset:
      'The second step is taken away, and the sessions have ended. The next sign-in needs the password alone.',
    state: 'The state of the account is changed.',
    placed: 'Deliveries from now on come from there; those that are ready stay where they are.',
  },
  nobodyCalled: (account: string, user: string) => `${account} has nobody called ${user}.`,
  others: (caption: string) => `${caption}: the others`,
  more: (count: string) => `${count} more`,
  firstOnes: (count: string) => `These are the first ${count}; there are more.`,
};

/** The texts of where a customer’s deliveries come from. */
export const placeTexts = {
  heading: 'Where deliveries come from',
  any: 'From any download server.',
  bound: (nodes: string) => html`From <code>${nodes}</code> and no other.`,
  ofRegion: (region: string) => html`One in the region <code>${region}</code> is preferred.`,
  change: 'Change where they come from',
  region: 'Region',
  regionHint: 'As the settings call it (nodePlaces); empty: none is preferred',
  nodes: 'Download servers',
  nodesHint: 'By name, with commas between: only these, for deliveries from now on. Empty: any',
  button: 'Change it',
};

/** The texts of a customer’s people. */
export const peopleTexts = {
  caption: 'People',
  name: 'Name',
  email: 'E-mail',
  role: 'Role',
  secondStep: 'Second step',
  since: 'Since',
  help: 'Help',
  roles: { owner: 'owner', downloader: 'downloader' },
  noEmail: 'none',
  on: 'on',
  off: 'off',
  nothing: '–',
  invitedUntil: (day: Html) => html`invited, until ${day}`,
  empty: 'Nobody can sign in for this customer yet.',
  lockedOut: 'Locked out',
  invite: {
    heading: 'Invite somebody',
    button: 'Send the invitation',
    email: 'E-mail address',
    role: 'Role',
    roles: { owner: 'Owner: downloads, and looks after the people', downloader: 'Downloader' },
    language: 'Language of the mail',
    languages: { en: 'English', de: 'German' },
  },
  password: {
    what: (name: string) =>
      html`A link to set the password anew goes to the address of <code>${name}</code> that is known here.`,
    reason: (name: string) => `Reason for a new password of ${name}`,
    button: 'Mail the link',
  },
  factor: {
    what: (name: string) =>
      html`Apps, passkeys and recovery codes of <code>${name}</code> are taken away and the sessions end. The
        password stays, and the person is told by mail. Be sure of who asks.`,
    reason: (name: string) => `Reason for taking the second step of ${name}`,
    button: 'Take the second step away',
  },
};

/** The texts of the page that makes a customer. */
export const newCustomerTexts = {
  title: 'New customer',
  name: 'Name',
  account: 'Account',
  accountHint: 'In paths and commands: lower-case letters, digits, dot and dash. It never changes.',
  inviteAtOnce: 'Invite somebody at once',
  noMail: 'No mail is configured.',
  noMailHelp: html`<p>
    No mail is configured, so that nobody can be invited. Make people with
    <code>consign user create ACCOUNT NAME</code>.
  </p>`,
  button: 'Create the customer',
};

/** The texts of the pages before staff see a customer’s portal. */
export const portalViewTexts = {
  title: 'See the portal as this customer',
  lead: 'You see what that person sees. Nothing can be changed or downloaded.',
  told: 'The customer is told, with the reason as you write it here: its owners by mail and in the portal, the person in the portal.',
  silent: 'The customer is not told; the audit log is.',
  asWhom: 'As whom',
  person: (displayName: string, name: string, role: string) => `${displayName} (${name}), ${role}`,
  reason: 'Reason',
  button: 'Continue',
  off: 'This is switched off, or the portal’s address is not known: see viewAsCustomer and portalUrl in the settings.',
  nobody: 'Nobody can sign in for this customer yet, so there is nothing to see.',
  suspended: (customer: string) => `${customer} is suspended: nobody of it gets into the portal.`,
  link: {
    lead: (user: string, seconds: number) =>
      html`As <code>${user}</code>. The link works once, for ${seconds} seconds.`,
    takesPlace: 'It takes the place of a customer’s session that this browser may have there.',
    open: 'Open the portal',
    another: 'Make another link',
  },
};
