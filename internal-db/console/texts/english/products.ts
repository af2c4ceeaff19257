// Products and releases. English.
import { html, type Html } from '#commlink/pages/html.ts';

/** The texts of the list of products and of the page of one. */
export const productsTexts = {
  title: 'Products',
  all: 'All products',
  list: {
    caption: 'Products',
    product: 'Product',
    newest: 'Newest version',
    published: 'Published',
    drafts: 'Drafts',
    withdrawn: 'Withdrawn',
    none: '–',
    empty: 'There is no product yet.',
  },
  add: {
    heading: 'A new product',
    name: 'Name',
    nameHint: 'In paths and commands: lower-case letters, digits, dot and dash. It never changes.',
    title: 'Title',
    description: 'Description',
    button: 'Create the product',
  },
  publish: {
    heading: 'Publish a release',
    how: 'Upload its files here, or send them by the command below. Customers see a draft only when it is published here.',
    upload: 'Upload files',
    command: 'command',
  },
  /** By a release’s state. */
  states: { draft: 'draft', published: 'published', withdrawn: 'withdrawn' },
  releases: {
    heading: 'Releases',
    caption: 'Releases, newest first',
    version: 'Version',
    channel: 'Channel',
    state: 'State',
    published: 'Published',
    customers: 'Customers',
    empty: 'No release yet. Publish one as shown above.',
  },
  behind: {
    heading: 'Who is behind',
    nobody: 'Nobody has downloaded a whole file of this product yet.',
    lead: 'Customers by the newest version that they have downloaded.',
    newest: 'Newest of its channel',
    behind: 'Behind',
    chart: (product: string) => `Customers of ${product} by version`,
    caption: 'Customers by the newest version that they have',
    version: 'Version',
    channel: 'Channel',
    customers: 'Customers',
    stands: 'Stands',
    upToDate: 'up to date',
    isBehind: 'behind',
    empty: 'None.',
    haveNewest: 'Have the newest of their channel',
    areBehind: 'Are behind',
    numbers: 'The numbers by version',
    bar: (version: string, channel: string) => `${version} (${channel})`,
    older: 'older',
  },
  /** What the page says after the browser was sent back. */
  done: {
    placement: 'The download servers fetch what they lack, and keep the rest until they want the room.',
  },
};

/** The texts of where a product’s files are kept. */
export const placementTexts = {
  heading: 'Where its files are kept',
  asSettings: (placement: string) => html`As the settings say for all products: <code>${placement}</code>.`,
  own: (placement: string) => html`By a choice for this product: <code>${placement}</code>.`,
  change: 'Keep them elsewhere',
  where: 'Where',
  kinds: {
    settings: 'As the settings say',
    all: 'At every download server',
    'on-demand': 'Where a customer asks for a file',
    nodes: 'At certain servers, and delivered by these alone',
    tags: 'At servers with certain tags, and delivered by these alone',
    popular: 'What is asked for often: everywhere',
  },
  detail: 'Which',
  detailHint:
    'Names or tags with commas between: ftp1, ftp2. Of what is asked for often, how often and in how many days: 5/30.',
  button: 'Keep them there',
  wrong:
    'Say which servers or tags, for example ftp1, ftp2; or how often within how many days, for example 5/30.',
  noDetail: 'For that choice leave “Which” empty.',
};

/** The texts of the page of one release. */
export const releaseTexts = {
  facts: {
    state: 'State',
    channel: 'Channel',
    published: 'First published',
    holders: 'Customers who have it',
  },
  reason: 'Reason',
  reasonHint: 'It goes into the audit log.',
  withdraw: {
    heading: 'Withdraw it',
    what: (deliveryCount: string, customerCount: string) =>
      `Nobody can download it from then on. Deliveries that are ready or running, and end within a second: ${deliveryCount}. ` +
      `Customers who have it already, to be told: ${customerCount}, listed above.`,
    button: (version: string) => `Withdraw ${version}`,
  },
  publish: {
    heading: 'Publish it',
    headingAgain: 'Publish it again',
    what: (channel: string) =>
      `Customers whose licences include the channel ${channel} and this version see it at once.`,
    button: (version: string) => `Publish ${version}`,
    upload: 'Upload files',
    further: 'Further files, while it is a draft and later:',
  },
  files: {
    heading: 'Files',
    caption: 'Files',
    file: 'File',
    platform: 'Platform',
    anyPlatform: 'any',
    size: 'Size',
    servers: 'Download servers',
    digest: 'SHA-256',
    empty: 'It has no files.',
    whereItWasPut: 'where it was put',
    notYet: (node: string) => html`${node}: not yet`,
    arrived: (node: string, arrived: Html, whole: Html) => html`${node}: ${arrived} of ${whole}`,
    none: 'none',
  },
  notes: {
    heading: 'Release notes',
    label: 'Notes',
    hint: 'Markdown; customers see them with the release.',
    save: 'Save the notes',
    none: 'None yet.',
    write: 'Write notes',
    change: 'Change them',
  },
  customers: {
    heading: 'Customers',
    which: 'Which customers',
    pages: 'Pages of customers',
    first: 'First page',
    more: 'More customers',
    customer: 'Customer',
    firstAt: 'First',
    lastAt: 'Last',
    downloads: 'Complete downloads',
    holders: {
      tab: 'Have downloaded it',
      caption: 'Customers who have a file of it',
      empty: 'Nobody has downloaded a whole file of it.',
    },
    stopped: {
      tab: 'Have nothing newer',
      caption: 'Customers who have nothing newer',
      empty: 'Nobody stopped at this version.',
    },
  },
  /** What the page says after the browser was sent back. */
  done: {
    published: 'It is published.',
    withdrawn: 'It is withdrawn. What was ready or running has ended, on every node that answered.',
    notes: 'The notes are saved.',
    uploaded: 'The files are uploaded. The download servers fetch them now.',
  },
};
