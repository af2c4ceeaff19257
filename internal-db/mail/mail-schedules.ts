// The background work about mail: sending what waits, telling of what ends or is not used, forgetting what is old. Started and stopped by
// start-services.ts.
import path from 'node:path';
import { endingsIntervalMs, mailIntervalMs } from '../limits.ts';
import { startSchedule, type Schedule } from '../schedule.ts';
import type { ServiceContext } from '../service-context.ts';
import { forgetOldMails, sendDueMails } from './mail-sender.ts';
import { tellEndings } from './tell-endings.ts';
import { tellUnused } from './tell-unused.ts';

/** Starts it. Mails that no server takes go into the folder `mail` beside the database. */
export function startMailSchedules(context: ServiceContext, databaseFile: string): Schedule[] {
  const { store, clock, log, settings, vendorName, mail: outbox } = context;
  const { leadership } = store;
  const folder = path.join(path.dirname(databaseFile), 'mail');
  const parts = { store, clock, log, outbox, settings, vendorName, folder };
  const sending = startSchedule({
    name: 'mails',
    leadership,
    intervalMs: mailIntervalMs,
    log,
    work: () => sendDueMails(parts),
  });
  outbox.onMail(() => sending.nudge());
  const telling = startSchedule({
    name: 'mails about what ends or is not used',
    leadership,
    intervalMs: endingsIntervalMs,
    log,
    work: async () => {
      await tellEndings(context);
      await tellUnused(context);
      await forgetOldMails(parts);
    },
  });
  return [sending, telling];
}
