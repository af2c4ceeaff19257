// The console's routes of webhooks: make, look, try, send again, remove. For operators; the work is done by the same services as
// the command line's. Registered by console-routes.ts.
import { adminMethods } from '#commlink/methods/admin-methods.ts';
import { webhookEventTypes } from '#commlink/methods/webhook-methods.ts';
import { RpcError } from '#commlink/rpc-error.ts';
import { compileSchema } from '#commlink/schema.ts';
import type { ServiceContext } from '../../service-context.ts';
import {
  addWebhook,
  listWebhookFailures,
  listWebhooks,
  removeWebhook,
  replayWebhook,
  testWebhook,
} from '../../webhooks/webhook-administration.ts';
import type { ConsoleApp, ConsoleReply, ConsoleRequest } from '../console-app.ts';
import { FormFields, parseForm } from '../console-forms.ts';
import { readSignedForm, requirePermission, type ForStaff } from '../console-gate.ts';
import type { PageParts } from '../layout.ts';
import type { StaffCaller } from '../staff-session.ts';
import { webhooksTexts as texts } from '../texts/console-texts.ts';
import { renderWebhookPage, renderWebhooksPage, replayDays } from './webhook-pages.ts';

const nothingTyped = { url: '', events: [] };
const failuresShownMax = 50;
const dayMs = 86_400_000;
const addCheck = compileSchema('webhook', adminMethods['webhook.add'].params);
/** What a page says after the browser was sent back. */
const doneTexts: Readonly<Record<string, string>> = texts.done;

interface Exchange {
  readonly caller: StaffCaller;
  readonly request: ConsoleRequest;
  readonly reply: ConsoleReply;
}

/** Registers them. */
export function registerWebhookRoutes(app: ConsoleApp, context: ServiceContext, forStaff: ForStaff): void {
  app.get(
    '/webhooks',
    forStaff(async (caller, request) => {
      requirePermission(caller, 'webhook.write');
      const { webhooks } = await listWebhooks(context);
      return renderWebhooksPage(caller, { webhooks, secret: null, typed: nothingTyped }, noticeOf(request));
    }),
  );
  app.post(
    '/webhooks',
    forStaff((caller, request, reply) => add(context, { caller, request, reply })),
  );
  app.get(
    '/webhooks/:webhook',
    forStaff(async (caller, request) => {
      requirePermission(caller, 'webhook.write');
      const id = new FormFields(request.params).text('webhook');
      const { webhooks } = await listWebhooks(context);
      const webhook = webhooks.find((one) => one.id === id);
      if (!webhook) throw new RpcError('not_found', texts.unknown(id));
      const { failures } = await listWebhookFailures(context, { webhook: id, limit: failuresShownMax });
      return renderWebhookPage(caller, { webhook, failures }, noticeOf(request));
    }),
  );
  registerChanges(app, context, forStaff);
}

function registerChanges(app: ConsoleApp, context: ServiceContext, forStaff: ForStaff): void {
  type Change = { readonly actor: string; readonly webhook: string };
  const onPost = (path: string, apply: (change: Change, fields: FormFields) => Promise<string>): void => {
    app.post(
      `/webhooks/:webhook/${path}`,
      forStaff(async (caller, request, reply) => {
        const fields = readSignedForm(caller, request);
        requirePermission(caller, 'webhook.write');
        const webhook = new FormFields(request.params).text('webhook');
        return reply.redirect(await apply({ actor: `staff:${caller.staff.name}`, webhook }, fields), 303);
      }),
    );
  };
  onPost('test', async (change) => {
    await testWebhook(context, change);
    return `/webhooks/${change.webhook}?done=tested`;
  });
  onPost('replay', async (change, fields) => {
    const days = replayDays.find((choice) => String(choice) === fields.text('days')) ?? replayDays[0];
    const sinceMs = context.clock.nowMs() - days * dayMs;
    await replayWebhook(context, { ...change, sinceMs, undeliveredOnly: fields.text('all') !== 'yes' });
    return `/webhooks/${change.webhook}?done=replayed`;
  });
  onPost('remove', async (change) => {
    await removeWebhook(context, change);
    return '/webhooks?done=removed';
  });
}

async function add(context: ServiceContext, { caller, request, reply }: Exchange): Promise<string> {
  const fields = readSignedForm(caller, request);
  requirePermission(caller, 'webhook.write');
  const events = webhookEventTypes.filter((type) => fields.text(`event-${type}`) === 'yes');
  const typed = { url: fields.text('url'), events };
  try {
    if (events.length === 0) throw new RpcError('refused', texts.add.chooseEvents);
    const wanted = { actor: `staff:${caller.staff.name}`, ...typed };
    const { secret } = await addWebhook(context, parseForm(addCheck, wanted));
    return renderWebhooksPage(caller, { ...(await listWebhooks(context)), secret, typed: nothingTyped });
  } catch (error) {
    if (!(error instanceof RpcError)) throw error;
    reply.code(422);
    const notice = { kind: 'refused', text: error.message } as const;
    return renderWebhooksPage(caller, { ...(await listWebhooks(context)), secret: null, typed }, notice);
  }
}

function noticeOf(request: ConsoleRequest): PageParts['notice'] {
  const done = new FormFields(request.query).text('done');
  const text = Object.hasOwn(doneTexts, done) ? doneTexts[done] : undefined;
  return text === undefined ? null : { kind: 'done', text };
}
