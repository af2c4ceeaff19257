// Whether a maintenance window is open: the agent asks before it installs, the centre's rollouts before a wave begins. The time is the
// centre's in both, and days and minutes are UTC's.
import type { MaintenanceWindow } from './catalog-entries.ts';

/** Whether one of them is open; without windows it is always so. */
export function isWindowOpen(windows: readonly MaintenanceWindow[], nowMs: number): boolean {
  if (windows.length === 0) return true;
  const now = new Date(nowMs);
  const day = now.getUTCDay() || 7;
  const dayBefore = day === 1 ? 7 : day - 1;
  const minute = now.getUTCHours() * 60 + now.getUTCMinutes();
  return windows.some(({ weekdays, fromMinute, toMinute }) => {
    if (fromMinute < toMinute) return weekdays.includes(day) && minute >= fromMinute && minute < toMinute;
    return (
      (weekdays.includes(day) && minute >= fromMinute) || (weekdays.includes(dayBefore) && minute < toMinute)
    );
  });
}
