// Webhooks: which other systems are told of what. English.
import { html, type Html } from '#commlink/pages/html.ts';

/** The texts. */
export const webhooksTexts = {
  title: 'Webhooks',
  lead: 'Other systems that are told of what happens, by signed HTTP requests.',
  all: 'All webhooks',
  events: {
    'entitlement.granted': 'An entitlement was granted',
    'entitlement.revoked': 'An entitlement was revoked',
    'release.published': 'A release was published',
    'download.finished': 'A download has ended',
    'login.refused': 'A login was refused',
    'rollout.started': 'A rollout to appliances has begun',
    'rollout.stopped': 'A rollout has stopped by itself',
    'rollout.completed': 'A rollout has come to its end',
    'alert.raised': 'Something needs looking at',
    'alert.cleared': 'It needs no looking at any more',
  },
  everything: 'everything',
  list: {
    caption: 'Webhooks',
    receiver: 'Receiver',
    toldOf: 'Told of',
    delivered: 'Delivered',
    waiting: 'Waiting',
    givenUp: 'Given up',
    empty: 'No other system is told of anything.',
  },
  id: 'Id',
  since: 'Since',
  madeBy: (when: Html, who: string) => html`${when} by ${who}`,
  secret: {
    what: 'secret',
    made: html`<p><strong>The webhook is made.</strong> This is its secret, shown only now:</p>`,
    checked: html`<p>
      Its receiver checks each message with it, as
      <a href="https://www.standardwebhooks.com" rel="noreferrer">Standard Webhooks</a> has it, before it
      believes it.
    </p>`,
  },
  add: {
    heading: 'Tell another system',
    receiver: 'Receiver',
    receiverHint:
      'Like https://hooks.example/consign. In a private network only where the setting webhooks/allowedNetworks names it.',
    toldOf: 'Told of',
    button: 'Add the webhook',
    chooseEvents: 'Choose what the system is told of.',
  },
  failures: {
    heading: 'Not taken',
    caption: 'Messages that were not taken, newest first',
    at: 'Happened',
    event: 'Event',
    attempts: 'Attempts',
    outcome: 'What came of the last',
    next: 'Next attempt',
    givenUp: 'given up',
    empty: 'It has taken all that it was sent.',
  },
  test: {
    heading: 'Try it',
    what: html`<p>A message of the type <code>webhook.test</code>, signed as all others are.</p>`,
    button: 'Send a test',
  },
  replay: {
    heading: 'Send again',
    days: 'What happened in',
    last: (days: number) => (days === 1 ? 'the last day' : `the last ${days} days`),
    all: 'Also what it has taken already',
    button: 'Send again',
  },
  remove: {
    heading: 'Remove this webhook',
    what: 'It is told of nothing any more, and what waits for it is not sent.',
    button: 'Remove it',
  },
  /** What a page says after the browser was sent back. */
  done: {
    tested: 'The test is on its way. Load the page again in some seconds: what is not taken is listed below.',
    replayed: 'What happened in that time is sent again.',
    removed: 'The webhook is removed.',
  },
  unknown: (id: string) => `There is no webhook ${id}.`,
};
