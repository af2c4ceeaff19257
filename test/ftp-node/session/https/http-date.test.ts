// Dates in HTTP headers: the three forms of RFC 9110 section 5.6.7, and what only looks like one.
import t from 'tap';
import { parseHttpDate } from '#ftp-node/session/https/http-date.ts';

const seconds = Date.UTC(1994, 10, 6, 8, 49, 37) / 1000;
const nowMs = Date.UTC(2026, 10, 22);

for (const text of [
  'Sun, 06 Nov 1994 08:49:37 GMT',
  'Sunday, 06-Nov-94 08:49:37 GMT',
  'Sun Nov  6 08:49:37 1994',
])
  t.test(`understands ${text}`, async (t) => {
    t.equal(parseHttpDate(text, nowMs), seconds);
  });

t.test('two digits of a year are of the next fifty years, or of the past', async (t) => {
  t.equal(parseHttpDate('Friday, 01-Jan-76 00:00:00 GMT', nowMs), Date.UTC(2076, 0, 1) / 1000);
  t.equal(parseHttpDate('Saturday, 01-Jan-77 00:00:00 GMT', nowMs), Date.UTC(1977, 0, 1) / 1000);
});

for (const text of [
  '',
  'yesterday',
  'Sun, 06 Nov 1994 08:49:37',
  'Sun, 06 Nov 1994 08:49:37 CET',
  'Sun, 6 Nov 1994 08:49:37 GMT',
  'Sun, 31 Feb 1994 08:49:37 GMT',
  'Sun, 06 Nuv 1994 08:49:37 GMT',
  'Sun, 06 Nov 1994 24:00:00 GMT',
  'Sun, 06 Nov 1994 08:60:00 GMT',
  '1994-11-06T08:49:37Z',
  '784111777',
])
  t.test(`takes "${text}" for no date`, async (t) => {
    t.equal(parseHttpDate(text, nowMs), null);
  });

t.test('understands what Node.js writes', async (t) => {
  t.equal(parseHttpDate(new Date(1_700_000_000_000).toUTCString()), 1_700_000_000);
});
