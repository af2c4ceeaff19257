// Dates in HTTP (RFC 9110 section 5.6.7): one form is written, and three are understood. Caller: preconditions.ts. Pure.

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const time = String.raw`(?<hour>\d{2}):(?<minute>\d{2}):(?<second>\d{2})`;
const forms = [
  // IMF-fixdate: Sun, 06 Nov 1994 08:49:37 GMT
  new RegExp(String.raw`^[A-Z][a-z]{2}, (?<day>\d{2}) (?<month>[A-Z][a-z]{2}) (?<year>\d{4}) ${time} GMT$`),
  // RFC 850: Sunday, 06-Nov-94 08:49:37 GMT
  new RegExp(String.raw`^[A-Z][a-z]{5,8}, (?<day>\d{2})-(?<month>[A-Z][a-z]{2})-(?<year>\d{2}) ${time} GMT$`),
  // asctime: Sun Nov  6 08:49:37 1994
  new RegExp(String.raw`^[A-Z][a-z]{2} (?<month>[A-Z][a-z]{2}) (?<day>[ \d]\d) ${time} (?<year>\d{4})$`),
];

/** Seconds since 1970; null for what is no such date, or a day that is not in the calendar. `nowMs` is the wall clock. */
export function parseHttpDate(text: string, nowMs = Date.now()): number | null {
  for (const form of forms) {
    const fields = form.exec(text)?.groups;
    if (fields !== undefined) return secondsOf(fields, nowMs);
  }
  return null;
}

function secondsOf(fields: Readonly<Record<string, string>>, nowMs: number): number | null {
  const [day, hour, minute, second] = ['day', 'hour', 'minute', 'second'].map((name) => Number(fields[name]));
  if (day === undefined || hour === undefined || minute === undefined || second === undefined) return null;
  const month = months.indexOf(fields['month'] ?? '');
  const year = fullYear(fields['year'] ?? '', nowMs);
  const ms = Date.UTC(year, month, day, hour, minute, second);
  const date = new Date(ms);
  // 31 Feb would be taken for 3 March, and hour 24 for the next day; a leap second is the second before it.
  if (month === -1 || date.getUTCDate() !== day || hour > 23 || minute > 59 || second > 60) return null;
  return ms / 1000;
}

/** Two digits that would be more than 50 years ahead are of the century before. */
function fullYear(digits: string, nowMs: number): number {
  if (digits.length === 4) return Number(digits);
  const thisYear = new Date(nowMs).getUTCFullYear();
  const year = thisYear - (thisYear % 100) + Number(digits);
  return year > thisYear + 50 ? year - 100 : year;
}
