// Reads a table of changes (CSV, RFC 4180; semicolons or tabs for commas too) that staff have given: one line a change, columns by
// name. Every problem is found at once and told with its line. The one door to csv-parse in this room. Called by apply-bulk.ts.
import { CsvError, parse } from 'csv-parse/sync';
import { adminMethods } from '#commlink/methods/admin-methods.ts';
import { SchemaError, compileSchema } from '#commlink/schema.ts';
import type { EntitlementChange } from '../admin/change-entitlements.ts';
import { bulkLinesMax } from '../limits.ts';
import { tableRefusals } from '../texts/service-texts.ts';
import { findSeparator, findUnreadableLines, isWorkbook } from './table-text.ts';

/** The columns; which are needed depends on the change. */
export const bulkColumns = [
  'change',
  'account',
  'product',
  'versions',
  'channels',
  'from',
  'until',
  'downloads',
  'licence',
  'entitlement',
  'reason',
] as const;
type Column = (typeof bulkColumns)[number];
type Cells = Readonly<Partial<Record<Column, string>>>;

/** A problem; `line` counts as an editor does, null for the table as a whole. */
export interface BulkProblem {
  readonly line: number | null;
  readonly sentence: string;
}

/** A change with its line. */
export interface BulkLine {
  readonly line: number;
  readonly change: EntitlementChange;
}

/** What was read. Lines with problems are not among `lines`. */
export interface ParsedBulk {
  readonly lines: readonly BulkLine[];
  readonly problems: readonly BulkProblem[];
}

const dayMs = 86_400_000;
/** As ISO 8601 has it, and as workbooks of German-speaking countries write it. Forms with strokes mean different days to different people. */
const dayForms = [
  /^(?<year>\d{4})-(?<month>\d\d)-(?<day>\d\d)$/,
  /^(?<day>\d\d?)\.(?<month>\d\d?)\.(?<year>\d{4})$/,
];
const { params: grantParams } = adminMethods['entitlement.grant'];
const { params: extendParams } = adminMethods['entitlement.extend'];
const { params: revokeParams } = adminMethods['entitlement.revoke'];
const grantCheck = compileSchema('grant', grantParams);
const extendCheck = compileSchema('extension', extendParams);
const revokeCheck = compileSchema('revocation', revokeParams);
/** The changes' schemas want somebody's name; whose it is, is said when they are applied. */
const actor = 'bulk';

/** Reads the text. Never throws for what somebody has typed. */
export function parseBulk(text: string): ParsedBulk {
  if (isWorkbook(text)) return { lines: [], problems: [whole(tableRefusals.workbook)] };
  const unreadable = findUnreadableLines(text);
  if (unreadable.length > 0)
    return { lines: [], problems: unreadable.map((line) => ({ line, sentence: tableRefusals.unreadable })) };
  const rows = readRows(text);
  if ('sentence' in rows) return { lines: [], problems: [rows] };
  const lines: BulkLine[] = [];
  const problems: BulkProblem[] = [];
  for (const { record, info } of rows) {
    const change = readChange(record);
    if (typeof change === 'string') problems.push({ line: info.lines, sentence: change });
    else lines.push({ line: info.lines, change });
  }
  if (lines.length + problems.length === 0) problems.push(whole(tableRefusals.empty));
  return { lines, problems };
}

interface Row {
  readonly record: Cells;
  readonly info: { readonly lines: number };
}

function readRows(text: string): Row[] | BulkProblem {
  try {
    const rows = parse(text, {
      bom: true,
      delimiter: findSeparator(text),
      columns: (headings: string[]) => headings.map((heading) => heading.trim().toLowerCase()),
      info: true,
      skip_empty_lines: true,
      skip_records_with_empty_values: true,
      trim: true,
      to: bulkLinesMax + 1,
    }) as unknown as Row[];
    if (rows.length > bulkLinesMax) return whole(tableRefusals.tooLong(bulkLinesMax));
    const unknown = Object.keys(rows[0]?.record ?? {}).find((name) => !isColumn(name));
    return unknown === undefined ? rows : whole(tableRefusals.noColumn(unknown.slice(0, 50)));
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    return whole(tableRefusals.noTable(error.message.slice(0, 200)));
  }
}

function isColumn(name: string): name is Column {
  return (bulkColumns as readonly string[]).includes(name);
}

function whole(sentence: string): BulkProblem {
  return { line: null, sentence };
}

/** The change, or what is wrong with it. */
function readChange(cells: Cells): EntitlementChange | string {
  try {
    switch (cells.change) {
      case 'grant':
        return readGrant(cells);
      case 'extend':
        return readExtension(cells);
      case 'revoke': {
        const { entitlement, reason } = revokeCheck.parse({ ...subjectOf(cells), actor });
        return { kind: 'revoke', entitlement, reason };
      }
      case undefined:
      default:
        return tableRefusals.changes;
    }
  } catch (error) {
    if (error instanceof BadDay) return error.message;
    if (!(error instanceof SchemaError)) throw error;
    return tableRefusals.column(columnOf(error.violations[0]?.path));
  }
}

function readGrant(cells: Cells): EntitlementChange {
  const channels = (cells.channels ?? '').split(/[;,\s]+/).filter((channel) => channel !== '');
  const {
    account,
    product,
    reason,
    actor: _actor,
    ...terms
  } = grantCheck.parse({
    actor,
    account: cells.account,
    product: cells.product,
    versions: cells.versions || '*',
    channels: channels.length > 0 ? channels : null,
    notBeforeMs: readDay(cells.from, 'from'),
    notAfterMs: readLastDay(cells.until),
    downloadsMax: cells.downloads ? Number(cells.downloads) : null,
    licenceAgreement: cells.licence || null,
    reason: cells.reason ?? '',
  });
  return { kind: 'grant', account, product, terms, reason };
}

function readExtension(cells: Cells): EntitlementChange {
  const notAfterMs = cells.until === 'never' ? null : readNewEnd(cells.until);
  const { entitlement, reason } = extendCheck.parse({ ...subjectOf(cells), notAfterMs, actor });
  return { kind: 'extend', entitlement, notAfterMs, reason };
}

function readNewEnd(text: string | undefined): number {
  const atMs = readLastDay(text, 'dayOrNever');
  if (atMs === null) throw new BadDay('until', 'dayOrNever');
  return atMs;
}

function subjectOf(cells: Cells): { entitlement: string; reason: string } {
  return { entitlement: cells.entitlement ?? '', reason: cells.reason ?? '' };
}

/** Which sentence tells what a day looks like. */
type DayRefusal = 'day' | 'dayOrNever';

/** A day that is none. */
class BadDay extends Error {
  constructor(column: Column, say: DayRefusal) {
    super(tableRefusals[say](column));
  }
}

function readDay(text: string | undefined, column: Column, say: DayRefusal = 'day'): number | null {
  if (!text) return null;
  const { year, month, day } = dayForms.map((form) => form.exec(text)?.groups).find(Boolean) ?? {};
  const atMs = Date.UTC(Number(year), Number(month) - 1, Number(day));
  // A day that its month does not have would be one of another month.
  if (new Date(atMs).getUTCMonth() + 1 !== Number(month)) throw new BadDay(column, say);
  return atMs;
}

/** That day is included. */
function readLastDay(text: string | undefined, say: DayRefusal = 'day'): number | null {
  const atMs = readDay(text, 'until', say);
  return atMs === null ? null : atMs + dayMs - 1;
}

const columnOfField: Readonly<Record<string, Column>> = {
  notBeforeMs: 'from',
  notAfterMs: 'until',
  downloadsMax: 'downloads',
  licenceAgreement: 'licence',
};

function columnOf(path = ''): string {
  const field = path.split('/')[1] ?? '';
  return columnOfField[field] ?? field;
}
