// The console's pages of webhooks: which other systems are told, how their messages stand, and one of them with what it has
// not taken. For operators, since an address may be a secret in itself. Called by webhook-routes.ts.
import type { ResultOf } from '#commlink/method-table.ts';
import {
  webhookEventTypes,
  type WebhookFailure,
  type webhookMethods,
} from '#commlink/methods/webhook-methods.ts';
import { renderChoice, renderSelect, renderTextField } from '#commlink/pages/components/form-field.ts';
import { renderCopyable, renderFacts, renderFold, renderNotice } from '#commlink/pages/components/parts.ts';
import { renderTable } from '#commlink/pages/components/table.ts';
import { html, type Html } from '#commlink/pages/html.ts';
import { countText, timeText } from '#commlink/pages/sizes-and-times.ts';
import { formTokenField, renderPage, type PageParts } from '../layout.ts';
import type { StaffCaller } from '../staff-session.ts';
import { renderSection } from '../support/parts.ts';

/** A webhook with how its messages stand. */
export type ListedWebhook = ResultOf<typeof webhookMethods, 'webhook.list'>['webhooks'][number];

/** How far back messages may be sent again. */
export const replayDays = [1, 7, 30] as const;
const eventTexts: Readonly<Record<(typeof webhookEventTypes)[number], string>> = {
  'entitlement.granted': 'An entitlement was granted',
  'entitlement.revoked': 'An entitlement was revoked',
  'release.published': 'A release was published',
  'download.finished': 'A download has ended',
  'login.refused': 'A login was refused',
  'alert.raised': 'Something needs looking at',
  'alert.cleared': 'It needs no looking at any more',
};

/** What the page of all of them shows: `secret` is that of a new one, shown once; `typed` what a refused form had. */
export interface WebhooksView {
  readonly webhooks: readonly ListedWebhook[];
  readonly secret: string | null;
  readonly typed: { readonly url: string; readonly events: readonly string[] };
}

/** The page of all of them. */
export function renderWebhooksPage(
  caller: StaffCaller,
  { webhooks, secret, typed }: WebhooksView,
  notice: PageParts['notice'] = null,
): string {
  return renderPage({
    title: 'Webhooks',
    section: '/webhooks',
    lead: 'Other systems that are told of what happens, by signed HTTP requests.',
    caller,
    notice,
    content: html`${secret === null ? null : renderSecret(secret)}
      <section aria-label="All webhooks">
        ${renderTable({
          caption: 'Webhooks',
          columns: ['Receiver', 'Told of', number('Delivered'), number('Waiting'), number('Given up')],
          rows: webhooks.map((webhook) => [
            html`<a class="break" href="/webhooks/${webhook.id}">${webhook.url}</a>`,
            eventsText(webhook.events),
            countText(webhook.deliveredCount),
            countText(webhook.waitingCount),
            countText(webhook.givenUpCount),
          ]),
          empty: 'No other system is told of anything.',
        })}
      </section>
      ${renderSection('add', 'Tell another system', renderAddForm(caller, typed))}`,
  });
}

/** The page of one. */
export function renderWebhookPage(
  caller: StaffCaller,
  { webhook, failures }: { webhook: ListedWebhook; failures: readonly WebhookFailure[] },
  notice: PageParts['notice'] = null,
): string {
  return renderPage({
    title: new URL(webhook.url).host,
    section: '/webhooks',
    crumb: { href: '/webhooks', text: 'Webhooks' },
    lead: html`<code class="break">${webhook.url}</code>`,
    caller,
    notice,
    content: html`${renderFacts([
      ['Id', html`<code>${webhook.id}</code>`],
      ['Told of', eventsText(webhook.events)],
      ['Delivered', countText(webhook.deliveredCount)],
      ['Waiting', countText(webhook.waitingCount)],
      ['Given up', countText(webhook.givenUpCount)],
      ['Since', html`${timeText(webhook.createdAtMs)} by ${webhook.createdBy}`],
    ])}
    ${renderSection('failures', 'Not taken', renderFailures(failures))}
    ${renderSection('test', 'Try it', renderTestForm(caller, webhook))}
    ${renderSection('replay', 'Send again', renderReplayForm(caller, webhook))}
    ${renderFold('Remove this webhook', renderRemoveForm(caller, webhook))}`,
  });
}

const number = (heading: string) => ({ heading, kind: 'number' as const });

function eventsText(events: ListedWebhook['events']): string {
  return events.length === webhookEventTypes.length ? 'everything' : events.join(', ');
}

function renderSecret(secret: string): Html {
  return renderNotice(
    'good',
    html`<p><strong>The webhook is made.</strong> This is its secret, shown only now:</p>
      <p>${renderCopyable('secret', secret)}</p>
      <p>
        Its receiver checks each message with it, as
        <a href="https://www.standardwebhooks.com" rel="noreferrer">Standard Webhooks</a> has it, before it
        believes it.
      </p>`,
  );
}

function renderAddForm(caller: StaffCaller, typed: WebhooksView['typed']): Html {
  return html`<form class="form" method="post" action="/webhooks" data-once>
    ${formTokenField(caller)}
    ${renderTextField({
      name: 'url',
      label: 'Receiver',
      type: 'url',
      value: typed.url,
      hint: 'Like https://hooks.example/consign. In a private network only where the setting webhooks/allowedNetworks names it.',
      attributes: { required: true, maxlength: 500 },
    })}
    <fieldset>
      <legend>Told of</legend>
      ${webhookEventTypes.map((type) =>
        renderChoice({
          kind: 'checkbox',
          name: `event-${type}`,
          value: 'yes',
          label: eventTexts[type],
          hint: type,
          checked: typed.events.includes(type),
        }),
      )}
    </fieldset>
    <button class="primary">Add the webhook</button>
  </form>`;
}

function renderFailures(failures: readonly WebhookFailure[]): Html {
  return renderTable({
    caption: 'Messages that were not taken, newest first',
    columns: ['Happened', 'Event', number('Attempts'), 'What came of the last', 'Next attempt'],
    rows: failures.map(({ atMs, type, attemptCount, outcome, nextAttemptAtMs }) => [
      timeText(atMs),
      type,
      countText(attemptCount),
      outcome,
      nextAttemptAtMs === null ? 'given up' : timeText(nextAttemptAtMs),
    ]),
    empty: 'It has taken all that it was sent.',
  });
}

function renderTestForm(caller: StaffCaller, { id }: ListedWebhook): Html {
  return html`<form class="form" method="post" action="/webhooks/${id}/test" data-once>
    ${formTokenField(caller)}
    <p>A message of the type <code>webhook.test</code>, signed as all others are.</p>
    <button>Send a test</button>
  </form>`;
}

function renderReplayForm(caller: StaffCaller, { id }: ListedWebhook): Html {
  return html`<form class="form" method="post" action="/webhooks/${id}/replay" data-once>
    ${formTokenField(caller)}
    ${renderSelect({
      name: 'days',
      label: 'What happened in',
      value: '1',
      options: replayDays.map((days) => ({
        value: String(days),
        text: days === 1 ? 'the last day' : `the last ${days} days`,
      })),
    })}
    ${renderChoice({ kind: 'checkbox', name: 'all', value: 'yes', label: 'Also what it has taken already' })}
    <button>Send again</button>
  </form>`;
}

function renderRemoveForm(caller: StaffCaller, { id }: ListedWebhook): Html {
  return html`<form class="form" method="post" action="/webhooks/${id}/remove" data-once>
    ${formTokenField(caller)}
    <p>It is told of nothing any more, and what waits for it is not sent.</p>
    <button class="danger">Remove it</button>
  </form>`;
}
