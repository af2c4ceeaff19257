// The fleet: what appliances there are, what they have, and what happened to each. English.
import { html, type Html, type HtmlValue } from '#commlink/pages/html.ts';

/** How an appliance stands. */
const states: Readonly<Record<'active' | 'quarantined' | 'retired', string>> = {
  active: 'active',
  quarantined: 'in quarantine',
  retired: 'retired',
};

/** The texts of the overview, the list and an appliance's page. */
export const fleetTexts = {
  title: 'Fleet',
  lead: 'Appliances at customers’ sites, which keep themselves up to date.',
  states,
  figures: 'The fleet in figures',
  active: 'Active',
  missing: 'Missing',
  failing: 'Failing',
  quarantined: 'In quarantine',
  retired: 'Retired',
  andMore: (count: string) => `${count} or more`,
  versions: {
    heading: 'Versions',
    of: (product: string) => `Versions of ${product}`,
    none: 'nothing yet',
    empty:
      'No appliance is enrolled. An owner makes a code in the portal, or an operator under All appliances.',
    behind: (product: string) => `Who is behind with ${product}, and why`,
  },
  missingSites: {
    heading: 'Missing',
    account: 'Customer',
    site: 'Site',
    noSite: 'no site',
    count: 'Appliances',
    since: 'Since',
    empty: 'All are heard of in time.',
    nobody: 'No appliance is active.',
  },
  failed: {
    heading: 'Failed installations',
    appliance: 'Appliance',
    account: 'Customer',
    release: 'Release',
    outcome: 'Outcome',
    when: 'When',
    empty: 'No installation of what is wanted has failed.',
  },
  refusals: {
    heading: 'Turned away',
    kind: 'Why',
    subject: 'Who it said it was',
    address: 'From',
    count: 'Times',
    last: 'Last',
    empty: 'No message was turned away.',
  },
  noSuch: 'There is no such appliance.',
  links: { appliances: 'All appliances', rollouts: 'Rollouts' },
};

/** The texts of the list of appliances. */
export const appliancesTexts = {
  title: 'Appliances',
  caption: 'Appliances',
  name: 'Name',
  account: 'Customer',
  type: 'Type',
  site: 'Site',
  group: 'Group',
  state: 'State',
  lastBeat: 'Last beat',
  never: 'never',
  none: '–',
  empty: 'There is none like that.',
  missing: 'missing',
  show: 'Show',
  anyState: 'any state',
  onlyMissing: 'Missing only',
  codes: 'New appliances',
  pages: 'Pages',
  first: 'First page',
  more: 'More',
};

/** The texts of the page that makes codes. */
export const codesTexts = {
  title: 'New appliances',
  lead: 'Each code enrols one appliance of a customer, once.',
  noTypes: 'There is no type of appliance yet. See: consign appliance type create --help',
  fields: {
    account: 'Customer',
    type: 'Type',
    site: 'Site',
    group: 'Group',
    label: 'Name',
    count: 'How many codes',
    days: 'Good for how many days',
  },
  siteHint: 'One of the customer’s; empty for none.',
  groupHint: 'Which rollouts count it in.',
  labelHint: 'What it is called where the machine does not say so itself. Empty: it gets a name of its own.',
  button: 'Make the codes',
  made: (count: number) => (count === 1 ? 'The code is made.' : `${count} codes are made.`),
  until: (when: HtmlValue): Html => html`Good until ${when}, and shown only now.`,
  there:
    'To be typed on the machine, with --ca FILE where the portal’s certificate is of your own authority:',
  placeholder: 'CODE',
  code: 'code',
  command: 'command',
};

/** Why it beats; another cause is shown by its own name. */
const causes: Readonly<Record<string, string>> = {
  cycle: 'at its time',
  ping: 'when asked',
  installed: 'after an installation',
  start: 'after its start',
};

/** The texts of one appliance's page. */
export const applianceTexts = {
  facts: {
    state: 'State',
    account: 'Customer',
    type: 'Type',
    site: 'Site',
    group: 'Group',
    tags: 'Tags',
    uid: 'UID',
    enrolled: 'Enrolled',
    lastBeat: 'Last beat',
    agent: 'Agent',
    load: 'Load',
    memory: 'Memory free',
    disk: 'Disk free',
    running: 'Machine runs since',
    clock: 'Its clock',
    catalog: 'Catalog',
    restoring: 'Restoring since',
  },
  clock: (offsetMs: number): string => {
    const seconds = Math.round(Math.abs(offsetMs) / 1000);
    return seconds < 2 ? 'right' : `${seconds} s ${offsetMs > 0 ? 'ahead' : 'behind'}`;
  },
  beat: (when: HtmlValue, cause: string, address: string): Html =>
    html`${when} <small>${causes[cause] ?? cause}, from ${address}</small>`,
  of: (part: HtmlValue, whole: HtmlValue): Html => html`${part} of ${whole}`,
  catalogVersion: (version: number, made: HtmlValue, fetched: HtmlValue): Html =>
    html`${version}, made ${made}, fetched ${fetched}`,
  notFetched: 'not yet',
  products: {
    heading: 'What it has',
    product: 'Product',
    sent: 'Sent',
    confirmed: 'Confirmed',
    outcome: 'Last installation',
    nothing: '–',
    empty: 'It has neither been sent nor confirmed anything.',
  },
  files: {
    heading: 'Configuration files',
    path: 'File',
    sent: 'Sent',
    confirmed: 'Confirmed',
    empty: 'It has no configuration files.',
    same: 'as sent',
    differs: 'not yet',
  },
  report: {
    heading: 'What it reports',
    empty: 'It has not beaten yet.',
    from: (when: HtmlValue): Html => html`By its own word, ${when}.`,
    problems: {
      heading: 'Problems',
      what: 'Problem',
      about: 'About',
      when: 'When, by its clock',
      empty: 'It reports no problem.',
    },
    plugins: {
      heading: 'Plug-ins',
      name: 'Plug-in',
      phase: 'When',
      phases: { initial: 'before the beat', post: 'at the end' },
      end: 'Ended',
      well: 'well',
      notEnded: 'was stopped',
      data: 'Says',
      nothing: '–',
    },
    output: 'Output',
    downloads: (bytes: HtmlValue, source: string): Html =>
      html`Downloaded since the beat before: ${bytes} from ${source}.`,
    resumed: (bytes: HtmlValue): Html => html`An earlier attempt had left ${bytes}.`,
    noSource: 'nowhere',
  },
  days: {
    heading: 'Beats by day',
    chart: 'Beats by day',
    beats: 'beats',
    table: 'Days in numbers',
    day: 'Day',
    load: 'Load at most',
    memory: 'Memory at least',
    disk: 'Disk at least',
    empty: 'It has not beaten yet.',
  },
  timeline: {
    heading: 'Timeline',
    when: 'When',
    what: 'What',
    detail: 'Detail',
    empty: 'Nothing has happened to it yet.',
  },
  actions: {
    heading: 'Do something',
    ping: 'Have it beat now',
    change: { summary: 'Group and tags', group: 'Group', tags: 'Tags, separated by commas', button: 'Save' },
    restore: {
      summary: 'Restore it',
      what: 'It is brought back to what it confirmed last.',
      button: 'Restore',
    },
    keys: {
      summary: 'New keys',
      what: 'For a machine that has lost everything, or one in its place: it enrols with the line that is shown then, and gets all that this appliance gets. The keys that it has now are nobody’s from then on, a quarantine ends, and the owners are told by mail.',
      button: 'Make a code',
    },
    release: {
      summary: 'Let it out of quarantine',
      what: 'Two machines used its identity. Make sure that only one of them is left.',
      button: 'Let it out',
    },
    retire: {
      summary: 'Retire it',
      what: 'For good: it gets nothing more, and is not waited for.',
      button: 'Retire it',
    },
    reason: 'Reason',
  },
  command: (command: HtmlValue) => html`<p>To be typed there, shown only now: ${command}</p>`,
  commandIs: 'command',
  done: {
    pinged: 'It was asked to beat.',
    notWaiting: 'It does not wait for a ping, and beats at its time.',
    changed: 'It is changed.',
    released: 'It is out of quarantine.',
    retired: 'It is retired.',
    restoring: 'It is brought back at its next beat.',
  },
};
