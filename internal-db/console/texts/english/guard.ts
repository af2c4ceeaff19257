// Live sessions, and networks that may not log in. English.
import { html, type Html, type HtmlValue } from '#commlink/pages/html.ts';

/** The texts of the page of sessions. */
export const sessionsTexts = {
  title: 'Live sessions',
  lead: 'Who is connected to the delivery nodes now, and what is transferred.',
  account: 'Account',
  everyAccount: 'every account',
  node: 'Node',
  everyNode: 'every node',
  show: 'Show',
  draining: 'draining',
  notAsked: 'It can’t be asked now.',
  caption: (node: string) => `Sessions at ${node}`,
  who: 'Who',
  by: 'By',
  since: 'Since',
  transfer: 'Transfer',
  cut: 'Cut',
  empty: 'Nobody is connected.',
  more: (count: string) => `${count} more are not listed here. Ask for one account.`,
  beforeLogin: 'before the login',
  idle: (since: Html | null) => (since === null ? html`idle` : html`idle since ${since}`),
  andMore: (count: number) => `and ${count} more`,
  progress: (sent: HtmlValue, whole: HtmlValue, perSecond: HtmlValue) =>
    html`${sent} of ${whole}, ${perSecond}/s`,
  reason: 'Reason',
  reasonToCut: (who: string) => `Reason for cutting ${who}`,
};

/** The texts of the page of bans. */
export const bansTexts = {
  title: 'Bans',
  lead: 'Networks that may not log in, at any node or at the portal.',
  behind: (nodes: string) =>
    html`<p>Not at ${nodes} yet: it takes the list as soon as it can be reached.</p>`,
  inForce: 'Bans in force',
  caption: 'Bans in force, the newest first',
  network: 'Network',
  why: 'Why',
  by: 'By',
  since: 'Since',
  until: 'Until',
  lift: 'Lift',
  empty: 'No network is banned.',
  reason: 'Reason',
  reasonToLift: (network: string) => `Reason for lifting ${network}`,
  add: {
    heading: 'Ban a network',
    networkHint: 'Like 203.0.113.7, 203.0.113.0/24 or 2001:db8:0:1::/64.',
    for: 'For',
    /** By hours. */
    times: { 1: 'an hour', 24: 'a day', 168: 'a week' },
    button: 'Ban it',
  },
};

/** What these pages say after the browser was sent back. */
export const guardDoneTexts = {
  cut: 'The session has ended.',
  banned: 'It is banned, at every node that answered.',
  lifted: 'The ban is lifted, and its failed logins are forgotten.',
};
