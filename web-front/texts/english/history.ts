// The history of downloads. English.

/** The texts. */
export const historyTexts = {
  title: 'Download history',
  lead: 'Every transfer, whichever program made it.',
  filter: 'Narrow it down',
  product: 'Product',
  by: 'Person',
  outcome: 'Result',
  any: 'Any',
  outcomes: {
    complete: 'complete',
    running: 'running',
    partial: 'one part',
    aborted: 'broken off',
    revoked: 'withdrawn',
    lost: 'unknown',
  },
  from: 'From',
  until: 'Until',
  nameWrong: 'Type the short name, such as acme-tool: small letters, digits, dots and hyphens, no spaces.',
  show: 'Show',
  clear: 'Show everything',
  csv: 'Save as CSV',
  table: 'Downloads, newest first',
  columns: { when: 'Began', file: 'File', by: 'Person', how: 'How', amount: 'Sent', outcome: 'Result' },
  vendor: 'your vendor',
  empty: 'Nothing has been downloaded yet.',
  emptyHere: 'No download is like that.',
  pages: 'Pages of the history',
  newest: 'Newest',
  older: 'Older',
  ofSize: (sent: string, size: string) => `${sent} of ${size}`,
};
/** The shape that every language's texts have. */
export type HistoryTexts = typeof historyTexts;
