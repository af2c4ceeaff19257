// Scheduled work: one run at a time, a failure is no end, and whoever nudges it does not choose its language.
import t from 'tap';
import { createLogger } from '#commlink/log.ts';
import { startSchedule } from '#internal-db/schedule.ts';
import { speak, spokenLanguage } from '#internal-db/texts/spoken-language.ts';
import { waitFor } from '../rig/running-consign.ts';

t.test('work that somebody’s request nudges is done in English, and after a failure again', async (t) => {
  const languages: string[] = [];
  const schedule = startSchedule({
    name: 'test',
    intervalMs: 3_600_000,
    log: createLogger('test', 'silent'),
    work: async () => {
      await Promise.resolve();
      languages.push(spokenLanguage());
      throw new Error('it fails');
    },
  });
  t.teardown(() => schedule.stop());
  for (const count of [1, 2]) {
    speak({ language: 'de', path: '/' }, () => {
      schedule.nudge();
      schedule.nudge();
    });
    await waitFor(`run ${count}`, () => languages.length === count, 30_000);
    await new Promise((resolve) => setImmediate(resolve));
  }
  t.same(languages, ['en', 'en']);
});
