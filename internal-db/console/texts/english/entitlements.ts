// Entitlements: their list, one of them, the forms and the preview of changes, and many changes at once. English.
import { html, type Html, type HtmlValue } from '#commlink/pages/html.ts';

/** The texts of entitlements wherever one is shown. */
export const entitlementTexts = {
  states: { revoked: 'revoked', expired: 'expired', notYet: 'not yet valid', inForce: 'in force' },
  terms: {
    everyVersion: 'every version',
    versions: (range: string) => `versions ${range}`,
    everyChannel: 'every channel',
    downloads: (count: number) => `${count} downloads`,
  },
  noEnd: 'no end',
  list: {
    which: 'Which entitlements',
    inForce: (count: string) => `In force (${count})`,
    all: (count: string) => `All (${count})`,
    caption: 'Entitlements',
    product: 'Product',
    until: 'Until',
    state: 'State',
    because: 'Granted because',
    noneInForce: 'None is in force: this customer may download nothing.',
    noneEver: 'None was ever granted.',
    pages: 'Pages of entitlements',
    newest: 'Newest',
    older: 'Older',
  },
  notTheirs: (account: string, id: string) => `${account} has no entitlement ${id}.`,
};

/** The texts of their changes. */
export const changeTexts = {
  verbs: { grant: 'Grant', extend: 'Extend', revoke: 'Revoke' },
  noSuchChange: 'There is no such change.',
  chooseDay: 'Until: choose a day.',
  until: 'Until, that day included',
  reason: 'Reason',
  grant: {
    title: 'Grant an entitlement',
    product: 'Product',
    versions: 'Versions',
    versionsHint: 'As npm writes ranges: * (all), 2.x, >=2.1 <3',
    untilHint: 'Empty: no end',
    more: 'More conditions',
    channels: 'Channels',
    channelsHint: 'With commas between; empty: every channel',
    from: 'From',
    downloads: 'Complete downloads',
    downloadsHint: 'Empty: any number',
    agreement: 'Licence agreement',
    agreementHint: 'Its name; it must be accepted first',
    reasonHint: 'For the audit log',
    button: 'Preview',
  },
  entitlement: {
    title: (product: string, account: string) => `${product} for ${account}`,
    customer: 'Customer',
    state: 'State',
    admits: 'Admits',
    from: 'From',
    until: 'Until',
    agreement: 'Licence agreement',
    id: 'Entitlement',
    history: 'History',
    revoked: (reason: string) => `Revoked: ${reason}`,
    extended: (from: Html, to: Html, reason: string) => html`Extended from ${from} to ${to}: ${reason}`,
    granted: (reason: string) => `Granted: ${reason}`,
    previewExtension: 'Preview the extension',
    previewRevocation: 'Preview the revocation',
  },
  preview: {
    title: (verb: string, product: string, account: string) => `${verb} ${product} for ${account}?`,
    lead: (reason: string) => `Nothing is changed yet. Reason: “${reason}”`,
    gainedCount: 'releases gained',
    lostCount: 'releases lost',
    keptCount: 'kept',
    endedCount: 'deliveries ended',
    running: (count: string) => html`<p>${count} downloads that run now are cut.</p>`,
    missingAgreement: (name: string) =>
      html`<p>
        <strong>There is no text of the licence agreement “${name}” yet.</strong> The customer sees the
        product, and meets a refusal with every download: nobody can accept the agreement until a version of
        it is in force.
      </p>`,
    nothing: 'No release is gained or lost by it today.',
    gained: 'Gained',
    lost: 'Lost',
    ended: 'Deliveries that end',
    notNow: 'Not now',
    releases: 'Releases',
    release: 'Release',
    channel: 'Channel',
    files: 'Files',
    file: 'File',
    node: 'Node',
    by: 'By',
    none: 'None.',
    more: (count: string) => `And ${count} more.`,
  },
};

/** The texts of many changes at once. */
export const bulkTexts = {
  title: 'Many at once',
  lead: 'A table with one change a line, pasted or as a file. All of them are made, or none; first you see what they would do.',
  table: 'Table (CSV)',
  tableHint: (columns: string, linesMax: string) => `Columns by name: ${columns}. At most ${linesMax} lines.`,
  file: 'Or a file (CSV)',
  fileHint: 'In UTF-8, with commas, semicolons or tabs. It goes before what is in the field above.',
  dryRun: 'Dry run',
  example: 'An example',
  exampleHint: 'Days are included; “never” in the column “until” of an extension takes the end away.',
  apply: (count: string, isOne: boolean) => (isOne ? 'Make the change' : `Make all ${count} changes`),
  done: html`<p><strong>All of it is done.</strong></p>`,
  wouldDo: html`<p><strong>Nothing is changed yet.</strong> This is what would happen.</p>`,
  missingAgreements: (names: readonly string[]) =>
    html`<p>
      <strong>There is no text yet of: ${names.join(', ')}.</strong> Customers meet a refusal with every
      download that one of these licence agreements is asked for: nobody can accept it until a version of it
      is in force.
    </p>`,
  grants: 'grants',
  extensions: 'extensions',
  revocations: 'revocations',
  ended: 'deliveries ended',
  customers: (count: string, isOne: boolean, names: string) =>
    `${isOne ? '1 customer' : `${count} customers`}: ${names}`,
  andMore: (count: string) => ` and ${count} more`,
  wrong: (count: string, isOne: boolean): HtmlValue =>
    html`<p><strong>Nothing was changed: ${isOne ? 'One line is' : `${count} lines are`} wrong.</strong></p>`,
  problems: { caption: 'What is wrong', line: 'Line', what: 'What is wrong', wholeTable: 'Table' },
};
