// What is wrong with a table of changes. English. Used by the services that refuse.

/** Each sentence by what is so. */
export const tableRefusals = {
  atLine: (line: number, problem: string) => `Line ${line}: ${problem}`,
  ofTheTable: (problem: string) => `The table: ${problem}`,
  workbook: 'This is a workbook. Save its sheet as "CSV UTF-8", and take that file.',
  unreadable:
    'A character here cannot be read. Save the table in UTF-8 (Excel: "CSV UTF-8"), and take it again.',
  empty: 'There is no line below the headings.',
  tooLong: (max: number) => `More than ${max} lines: split the table.`,
  noColumn: (name: string) => `There is no column "${name}".`,
  noTable: (why: string) => `This is no table that can be read: ${why}.`,
  changes: 'The column "change" says grant, extend or revoke.',
  column: (name: string) => `Correct the column "${name}".`,
  day: (column: string) => `Write the day in the column "${column}" as 2027-01-31 or 31.1.2027.`,
  dayOrNever: (column: string) =>
    `Write the day in the column "${column}" as 2027-01-31 or 31.1.2027. To take the end away, write never.`,
};
