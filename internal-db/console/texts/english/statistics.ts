// The overview and the statistics. English.
import { html, type Html } from '#commlink/pages/html.ts';

/** The texts of the overview. */
export const overviewTexts = {
  title: 'Overview',
  figures: 'Figures',
  complete: 'Complete downloads today',
  failed: 'Failed today',
  sent: 'Sent today',
  ready: 'Files ready for customers',
  onTheirWay: 'On their way to a node',
  lastDays: (days: number) => `Downloads of the last ${days} days`,
  more: 'By product and node',
  nothing: html`<p>Nothing needs looking at.</p>`,
  toLookAt: 'To look at',
  since: (when: Html) => html`Since ${when}`,
};

/** The texts of the statistics. */
export const statisticsTexts = {
  title: 'Statistics',
  lead: 'Downloads by the day on which they ended.',
  outcomes: ['Complete', 'In part', 'Failed', 'Cut'],
  downloads: 'Downloads',
  bytes: 'Bytes sent',
  words: {
    heading: 'What the words mean',
    meaning:
      'Complete: the client’s machine has confirmed every byte. In part: a client took a part of a file, as ' +
      'when it resumes or fetches several parts at once. Failed: a whole file was asked for and broke off, by an ' +
      'error at either end. Cut: ended because what allowed it was taken back.',
  },
  /** By the days in it. */
  spans: { 1: 'day', 7: 'week', 14: 'two weeks' },
  downloadsBy: (span: string) => `Downloads by ${span} and by what became of them`,
  numbersBy: (span: string) => `The numbers by ${span}`,
  filter: {
    time: 'Time',
    lastDays: (days: number, span: string) => `The last ${days} days by ${span}`,
    product: 'Product',
    everyProduct: 'Every product',
    node: 'Node',
    everyNode: 'Every node',
    show: 'Show',
    choose: (days: string) => `Choose one of the periods: ${days} days.`,
  },
  sent: 'Sent',
  sentSeries: 'sent',
  bytesBy: (what: string) => `Bytes sent by ${what}`,
  day: 'Day',
  from: 'From',
  groups: {
    product: { heading: 'By product', word: 'product', column: 'Product' },
    node: { heading: 'By node', word: 'node', column: 'Node' },
  },
  notListed: (count: string) => `${count} more, which sent less, are not listed.`,
  caption: (first: string) => `Downloads by ${first.toLowerCase()}`,
  empty: 'Nothing was downloaded in this time.',
};
