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
import { countText, timeText } from '../texts/sizes-and-times.ts';
import { formTokenField, renderPage, type PageParts } from '../layout.ts';
import type { StaffCaller } from '../staff-session.ts';
import { webhooksTexts as texts } from '../texts/console-texts.ts';
import { renderSection } from '../support/parts.ts';

/** A webhook with how its messages stand. */
export type ListedWebhook = ResultOf<typeof webhookMethods, 'webhook.list'>['webhooks'][number];

/** How far back messages may be sent again. */
export const replayDays = [1, 7, 30] as const;
const eventTexts: Readonly<Record<(typeof webhookEventTypes)[number], string>> = texts.events;

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
  const { list } = texts;
  return renderPage({
    title: texts.title,
    section: '/webhooks',
    lead: texts.lead,
    caller,
    notice,
    content: html`${secret === null ? null : renderSecret(secret)}
      <section aria-label="${texts.all}">
        ${renderTable({
          caption: list.caption,
          columns: [
            list.receiver,
            list.toldOf,
            number(list.delivered),
            number(list.waiting),
            number(list.givenUp),
          ],
          rows: webhooks.map((webhook) => [
            html`<a class="break" href="/webhooks/${webhook.id}">${webhook.url}</a>`,
            eventsText(webhook.events),
            countText(webhook.deliveredCount),
            countText(webhook.waitingCount),
            countText(webhook.givenUpCount),
          ]),
          empty: list.empty,
        })}
      </section>
      ${renderSection('add', texts.add.heading, renderAddForm(caller, typed))}`,
  });
}

/** The page of one. */
export function renderWebhookPage(
  caller: StaffCaller,
  { webhook, failures }: { webhook: ListedWebhook; failures: readonly WebhookFailure[] },
  notice: PageParts['notice'] = null,
): string {
  const { list } = texts;
  return renderPage({
    title: new URL(webhook.url).host,
    section: '/webhooks',
    crumb: { href: '/webhooks', text: texts.title },
    lead: html`<code class="break">${webhook.url}</code>`,
    caller,
    notice,
    content: html`${renderFacts([
      [texts.id, html`<code>${webhook.id}</code>`],
      [list.toldOf, eventsText(webhook.events)],
      [list.delivered, countText(webhook.deliveredCount)],
      [list.waiting, countText(webhook.waitingCount)],
      [list.givenUp, countText(webhook.givenUpCount)],
      [texts.since, texts.madeBy(timeText(webhook.createdAtMs), webhook.createdBy)],
    ])}
    ${renderSection('failures', texts.failures.heading, renderFailures(failures))}
    ${renderSection('test', texts.test.heading, renderTestForm(caller, webhook))}
    ${renderSection('replay', texts.replay.heading, renderReplayForm(caller, webhook))}
    ${renderFold(texts.remove.heading, renderRemoveForm(caller, webhook))}`,
  });
}

const number = (heading: string) => ({ heading, kind: 'number' as const });

function eventsText(events: ListedWebhook['events']): string {
  return events.length === webhookEventTypes.length ? texts.everything : events.join(', ');
}

function renderSecret(secret: string): Html {
  return renderNotice(
    'good',
    html`${texts.secret.made}
      <p>${renderCopyable(texts.secret.what, secret)}</p>
      ${texts.secret.checked}`,
  );
}

function renderAddForm(caller: StaffCaller, typed: WebhooksView['typed']): Html {
  return html`<form class="form" method="post" action="/webhooks" data-once>
    ${formTokenField(caller)}
    ${renderTextField({
      name: 'url',
      label: texts.add.receiver,
      type: 'url',
      value: typed.url,
      hint: texts.add.receiverHint,
      attributes: { required: true, maxlength: 500 },
    })}
    <fieldset>
      <legend>${texts.add.toldOf}</legend>
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
    <button class="primary">${texts.add.button}</button>
  </form>`;
}

function renderFailures(failures: readonly WebhookFailure[]): Html {
  const list = texts.failures;
  return renderTable({
    caption: list.caption,
    columns: [list.at, list.event, number(list.attempts), list.outcome, list.next],
    rows: failures.map(({ atMs, type, attemptCount, outcome, nextAttemptAtMs }) => [
      timeText(atMs),
      type,
      countText(attemptCount),
      outcome,
      nextAttemptAtMs === null ? list.givenUp : timeText(nextAttemptAtMs),
    ]),
    empty: list.empty,
  });
}

function renderTestForm(caller: StaffCaller, { id }: ListedWebhook): Html {
  return html`<form class="form" method="post" action="/webhooks/${id}/test" data-once>
    ${formTokenField(caller)} ${texts.test.what}
    <button>${texts.test.button}</button>
  </form>`;
}

function renderReplayForm(caller: StaffCaller, { id }: ListedWebhook): Html {
  return html`<form class="form" method="post" action="/webhooks/${id}/replay" data-once>
    ${formTokenField(caller)}
    ${renderSelect({
      name: 'days',
      label: texts.replay.days,
      value: '1',
      options: replayDays.map((days) => ({
        value: String(days),
        text: texts.replay.last(days),
      })),
    })}
    ${renderChoice({ kind: 'checkbox', name: 'all', value: 'yes', label: texts.replay.all })}
    <button>${texts.replay.button}</button>
  </form>`;
}

function renderRemoveForm(caller: StaffCaller, { id }: ListedWebhook): Html {
  return html`<form class="form" method="post" action="/webhooks/${id}/remove" data-once>
    ${formTokenField(caller)}
    <p>${texts.remove.what}</p>
    <button class="danger">${texts.remove.button}</button>
  </form>`;
}
