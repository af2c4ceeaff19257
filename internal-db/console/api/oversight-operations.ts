// Operations that look over everything: alerts, statistics, the audit log.
import { AuditEntry } from '#commlink/methods/admin-methods.ts';
import { AtMs, Line, Slug } from '#commlink/methods/fields.ts';
import { cutPage, decodeCursor, pageParams, pageResult } from '#commlink/methods/paging.ts';
import { RpcError } from '#commlink/rpc-error.ts';
import { Type, strictObject, type Static } from '#commlink/schema.ts';
import { findProduct } from '../../admin/find-by-name.ts';
import { periods, readDownloadStatistics } from '../../statistics/download-statistics.ts';
import type { AuditFilter } from '../../store/audit.ts';
import { AlertRow, DownloadSums, Nullable } from './operation-schemas.ts';
import { ofCommand, operation, type Operation } from './operation.ts';

const tag = 'oversight';
const daysText = periods.map(({ days }) => days).join(', ');

/** What the audit log can be narrowed by. */
export const auditFields = {
  actor: Nullable(Line),
  action: Nullable(Line),
  subject: Nullable(Line),
  fromMs: Nullable(AtMs),
  untilMs: Nullable(AtMs),
} as const;
const auditQuestion = strictObject(auditFields);

/** The filter that a question stands for. RpcError `refused`: it can let nothing through. */
export function auditFilterOf(question: Static<typeof auditQuestion>): AuditFilter {
  const { actor, action, subject, fromMs, untilMs } = question;
  if (fromMs !== null && untilMs !== null && untilMs < fromMs)
    throw new RpcError('refused', 'The end is before the beginning.');
  return { actor, action, firstWord: subject?.split(' ')[0] ?? null, fromMs, toMs: untilMs };
}

const alerts = operation({
  id: 'listAlerts',
  route: 'GET /alerts',
  summary: 'What an operator should look at before customers notice',
  tag,
  action: 'read',
  params: strictObject({}),
  result: strictObject({ alerts: Type.Array(AlertRow) }),
  run: async ({ facts }) => ({
    alerts: facts.alerts.current().map((alert) => ({ ...alert })),
  }),
});

const statistics = operation({
  id: 'readStatistics',
  route: 'GET /statistics',
  summary: `Downloads and bytes by day, product and node, of the last ${daysText} days`,
  tag,
  action: 'read',
  fails: [404, 422],
  params: strictObject({
    days: Nullable(Type.Integer()),
    product: Nullable(Slug),
    node: Nullable(Slug),
  }),
  result: DownloadSums,
  run: async ({ context }, { days, product, node: nodeName }) => {
    const period = days === null ? periods[0] : periods.find((one) => one.days === days);
    if (!period) throw new RpcError('refused', `Choose one of these numbers of days: ${daysText}.`);
    const productId = product === null ? null : (await findProduct(context.store.read, product)).id;
    const sums = await readDownloadStatistics(context, { period, productId, nodeName });
    return { ...sums, spans: [...sums.spans], products: [...sums.products], nodes: [...sums.nodes] };
  },
});

const audit = operation({
  id: 'listAudit',
  route: 'GET /audit',
  summary: 'The audit log, the newest entry first, by who, what, on what (its first word) and when',
  tag,
  action: 'audit.read',
  fails: [422],
  params: strictObject({ ...auditFields, ...pageParams }),
  result: strictObject({ entries: Type.Array(AuditEntry), ...pageResult }),
  run: async ({ context }, { after, limit, ...question }) => {
    const filter = auditFilterOf(question);
    const before = decodeCursor(after, ['number'])?.[0] ?? null;
    const found = await context.store.read.audit.search(filter, { before, limit: limit + 1 });
    const { rows, next } = cutPage(found, limit, ({ sequence }) => [sequence]);
    return { entries: rows, next };
  },
});

/** The rows. */
export const oversightOperations: readonly Operation[] = [
  alerts,
  statistics,
  audit,
  ofCommand('audit.verify', {
    id: 'verifyAudit',
    route: 'GET /audit/verification',
    summary: 'Compute every seal of the audit log anew',
    tag,
    action: 'audit.read',
  }),
];
