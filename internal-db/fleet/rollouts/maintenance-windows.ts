// Maintenance windows as people write them, `mon-fri 22:00-04:00` in UTC. Called by the command line's and the console's handlers,
// which parse them once.
import type { MaintenanceWindow } from '#commlink/fleet/catalog-entries.ts';

/** The first is 1, as in MaintenanceWindow. */
const dayNames = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
const dayMinutes = 1440;
const form = /^(?<first>[a-z]{3})(?:-(?<last>[a-z]{3}))? (?<from>\d{2}:\d{2})-(?<to>\d{2}:\d{2})$/;

/** Parses `mon-fri 22:00-04:00` or `sun 02:00-06:00`; null for anything else. */
export function parseMaintenanceWindow(text: string): MaintenanceWindow | null {
  const parts = form.exec(text.trim().toLowerCase())?.groups;
  const first = dayOf(parts?.['first']);
  const last = dayOf(parts?.['last'] ?? parts?.['first']);
  const fromMinute = minuteOf(parts?.['from']);
  const toMinute = minuteOf(parts?.['to']);
  if (first === null || last === null || fromMinute === null || toMinute === null) return null;
  if (fromMinute === toMinute) return null;
  const dayCount = ((last - first + 7) % 7) + 1;
  const weekdays = Array.from({ length: dayCount }, (_each, index) => ((first - 1 + index) % 7) + 1);
  return { weekdays, fromMinute, toMinute };
}

/** As it is written. */
export function describeMaintenanceWindow({ weekdays, fromMinute, toMinute }: MaintenanceWindow): string {
  const names = weekdays.map((day) => dayNames[day - 1]);
  const span = names.length === 1 ? names[0] : `${names[0]}-${names.at(-1)}`;
  return `${span} ${clockOf(fromMinute)}-${clockOf(toMinute)}`;
}

function dayOf(name: string | undefined): number | null {
  const index = dayNames.findIndex((each) => each === name);
  return index === -1 ? null : index + 1;
}

function minuteOf(text: string | undefined): number | null {
  if (text === undefined) return null;
  const [hours = 0, minutes = 0] = text.split(':').map(Number);
  const minute = hours * 60 + minutes;
  return minutes > 59 || minute > dayMinutes ? null : minute;
}

function clockOf(minute: number): string {
  return `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;
}
