// Maintenance windows: how they are written, and when one is open.
import t from 'tap';
import { isWindowOpen } from '#commlink/fleet/maintenance-window.ts';
import {
  describeMaintenanceWindow,
  parseMaintenanceWindow,
} from '#internal-db/fleet/rollouts/maintenance-windows.ts';

/** `day` 0 is a Sunday. */
const at = (day: number, hour: number, minute = 0): number => Date.UTC(2026, 10, 22 + day, hour, minute);

t.test('what is written comes back as it was', async (t) => {
  for (const text of ['mon-fri 22:00-04:00', 'sun 02:00-06:00', 'sat-mon 00:00-24:00']) {
    const window = parseMaintenanceWindow(text);
    t.equal(window && describeMaintenanceWindow(window), text);
  }
});

t.test('anything else is none', async (t) => {
  const others = [
    '',
    'mon',
    '22:00-04:00',
    'mon 22-04',
    'mon 25:00-26:00',
    'mon 10:60-11:00',
    'mon 10:00-10:00',
    'xyz 10:00-11:00',
  ];
  for (const text of others) t.equal(parseMaintenanceWindow(text), null, text);
});

t.test('a window may go past midnight', async (t) => {
  const windows = [parseMaintenanceWindow('fri-sun 22:00-04:00')].filter((each) => each !== null);
  const cases: [number, boolean][] = [
    [at(0, 21, 59), false],
    [at(0, 22), true],
    [at(1, 3, 59), true],
    [at(1, 4), false],
    [at(1, 22), false],
    [at(5, 23), true],
    [at(5, 3), false],
  ];
  for (const [nowMs, open] of cases)
    t.equal(isWindowOpen(windows, nowMs), open, new Date(nowMs).toISOString());
  t.equal(isWindowOpen([], at(0, 0)), true);
});
