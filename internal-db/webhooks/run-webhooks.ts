// Puts the sending of webhooks together: the sender with its schedule, and alerts, which happen outside of any transaction.
// Called by start-services.ts.
import { startSchedule, type Schedule } from '../schedule.ts';
import type { AlertChange, AlertWatch } from '../alerts/alert-watch.ts';
import type { ServiceContext } from '../service-context.ts';
import { webhookSendIntervalMs } from './limits.ts';
import { MessagePost } from './post-message.ts';
import { raiseEvent } from './webhook-event.ts';
import { WebhookSender } from './webhook-sender.ts';

/** Starts it; `stop` waits for what is on its way. */
export function runWebhooks(context: ServiceContext, alerts: AlertWatch): Schedule {
  const { store, clock, log, settings } = context;
  const post = new MessagePost(() => settings().webhooks.allowedNetworks);
  const sender = new WebhookSender({ store, clock, log, post });
  const intervalMs = webhookSendIntervalMs;
  const { leadership } = store;
  const schedule = startSchedule({
    name: 'webhooks',
    leadership,
    intervalMs,
    log,
    work: () => sender.sendDue(),
  });
  // Each internal-db watches, for its own console; others are told once.
  alerts.onChange((change) => {
    if (!leadership.isOurs) return;
    raiseAlert(context, change).catch((error: unknown) =>
      log.error({ kind: change.alert.kind, err: error }, 'no webhook is told of an alert'),
    );
  });
  return {
    nudge: () => schedule.nudge(),
    stop: async () => {
      await schedule.stop();
      await sender.stop();
    },
  };
}

async function raiseAlert({ store, clock }: ServiceContext, { alert, state }: AlertChange): Promise<void> {
  const type = state === 'raised' ? 'alert.raised' : 'alert.cleared';
  const { kind, severity, subject, text, advice } = alert;
  const data = { kind, severity, subject, text, advice };
  await store.transaction((transaction) => raiseEvent(transaction, { type, atMs: clock.nowMs(), data }));
}
