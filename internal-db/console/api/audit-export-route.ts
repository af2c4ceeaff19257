// GET /audit/export: the one answer of the API that is no JSON object, but a file. Called by staff-api.ts.
import { describeResponses } from '#commlink/api/problem-responses.ts';
import { Type, strictObject, type Static } from '#commlink/schema.ts';
import type { ServiceContext } from '../../service-context.ts';
import type { ConsoleApp, ConsoleReply, ConsoleRequest } from '../console-app.ts';
import { sendAuditFile } from '../operations/audit-file.ts';
import { requireApiCaller } from './api-caller.ts';
import { ProblemView } from './api-problems.ts';
import { auditFields, auditFilterOf } from './oversight-operations.ts';
import { publicShapeOf } from './public-shape.ts';

const Format = Type.Union([Type.Literal('jsonl'), Type.Literal('csv')]);
const Question = strictObject({
  format: Type.Optional(Format),
  ...Object.fromEntries(
    Object.entries(auditFields).map(([name, { anyOf }]) => [name, Type.Optional(anyOf[0])]),
  ),
});
const unasked = { actor: null, action: null, subject: null, fromMs: null, untilMs: null };
type Asked = Partial<Static<ReturnType<typeof strictObject<typeof auditFields>>>>;

/** Adds the route. */
export function addAuditExport(api: ConsoleApp, context: ServiceContext): void {
  const question = publicShapeOf(Question);
  const file = {
    status: 200,
    description: 'The file.',
    schema: Type.String(),
    mediaType: 'application/jsonl',
  } as const;
  const schema = {
    operationId: 'exportAudit',
    summary:
      'The audit log as a file, JSON lines or CSV, the newest entry first; taking it is itself an entry',
    tags: ['oversight'],
    querystring: question.schema,
    response: describeResponses(file, [400, 403, 422], ProblemView),
  };
  api.get('/audit/export', { schema }, async (request: ConsoleRequest, reply: ConsoleReply) => {
    const use = { action: 'audit.read', mutates: false, isSafe: true } as const;
    const { staff } = await requireApiCaller(context, request, use);
    const { format = 'jsonl', ...asked } = question.fromPublic(request.query) as Asked & {
      format?: Static<typeof Format>;
    };
    const filter = auditFilterOf({ ...unasked, ...asked });
    return await sendAuditFile(context, reply, { by: staff.name, format, filter, asked });
  });
}
