// Mails what an operator should look at, and that it is over, to the addresses that the settings name (`alertMailTo`). Called by
// start-services.ts. An alert that mails fail is not mailed: it would wait with the others, and come when it is over.
import type { AlertChange, AlertWatch } from '../alerts/alert-watch.ts';
import type { ServiceContext } from '../service-context.ts';

type TellingContext = Pick<ServiceContext, 'store' | 'clock' | 'log' | 'mail' | 'settings'>;

/** Has each change told from now on, by the one internal-db that leads. */
export function mailAlerts(context: TellingContext, alerts: AlertWatch): void {
  const { store, log } = context;
  alerts.onChange((change) => {
    if (!store.leadership.isOurs) return;
    tellAlert(context, change).catch((error: unknown) =>
      log.error({ kind: change.alert.kind, err: error }, 'nobody is mailed of an alert'),
    );
  });
}

/** Tells of one; nobody while mail is not configured, or no address is named. */
export async function tellAlert(
  { store, clock, mail, settings }: Omit<TellingContext, 'log'>,
  { alert, state }: AlertChange,
): Promise<void> {
  const { mail: transport, alertMailTo } = settings();
  if (transport === null || alertMailTo.length === 0 || alert.kind === 'mail_failing') return;
  const { severity, text, advice } = alert;
  const values = { state, severity, text, advice, atMs: clock.nowMs() };
  const drafts = alertMailTo.map((recipient) =>
    mail.prepare({ kind: 'alert', recipient, language: 'en', values }),
  );
  const mails = await Promise.all(drafts);
  await store.transaction(async (transaction) => {
    for (const each of mails) await transaction.mails.insertMail(each);
  });
  mail.sendSoon();
}
