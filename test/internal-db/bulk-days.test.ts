// Days in a table of changes: the two forms that mean one day to everybody, and what is refused with the column's name.
import t from 'tap';
import { parseBulk } from '#internal-db/bulk/parse-bulk.ts';

const endOf = (day: string): unknown => {
  const table = `change;account;product;until;reason\ngrant;acme;tool;${day};contract\n`;
  const { lines, problems } = parseBulk(table);
  const [change] = lines.map((line) => line.change);
  return change?.kind === 'grant' ? change.terms.notAfterMs : problems;
};
const lastOfJanuary = Date.UTC(2028, 0, 31, 23, 59, 59, 999);

t.test('one day, in each form', async (t) => {
  for (const day of ['2028-01-31', '31.01.2028', '31.1.2028']) t.equal(endOf(day), lastOfJanuary, day);
  t.equal(endOf('29.2.2028'), Date.UTC(2028, 1, 29, 23, 59, 59, 999), 'a leap year’s');
  t.equal(endOf(''), null);
});

t.test('what is no day, or not the same one to everybody', async (t) => {
  const sentence = 'Write the day in the column "until" as 2027-01-31 or 31.1.2027.';
  const bad = [
    '30.2.2028',
    '2028-02-30',
    '29.2.2027',
    '1.13.2028',
    '0.1.2028',
    '31/01/2028',
    '01/31/2028',
    '31.1.28',
    '2028-1-31',
    'soon',
  ];
  for (const day of bad) t.strictSame(endOf(day), [{ line: 2, sentence }], day);
});

t.test('an extension’s day, or that there is none', async (t) => {
  const extend = (day: string): unknown => {
    const { lines, problems } = parseBulk(
      `change;entitlement;until;reason\nextend;ent_AAAAAAAAAAAAAAAAAAAAAA;${day};renewed\n`,
    );
    const [change] = lines.map((line) => line.change);
    return change?.kind === 'extend' ? change.notAfterMs : problems;
  };
  t.equal(extend('31.1.2028'), lastOfJanuary);
  t.equal(extend('never'), null);
  const sentence =
    'Write the day in the column "until" as 2027-01-31 or 31.1.2027. To take the end away, write never.';
  for (const day of ['', 'soon']) t.strictSame(extend(day), [{ line: 2, sentence }], day);
});
