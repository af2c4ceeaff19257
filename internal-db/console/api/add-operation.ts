// Makes a route of an operation: its schemas as they are outside, who may call it, and the way of a request through the service
// and back. Called by staff-api.ts for each row.
import { bodyStatuses, describeResponses, type ProblemStatus } from '#commlink/api/problem-responses.ts';
import { pageRowsMax } from '#commlink/methods/paging.ts';
import { Type, strictObject, type TSchema } from '#commlink/schema.ts';
import { proposeWhereNeeded } from '../../second-person/propose.ts';
import type { ConsoleApp, ConsoleReply, ConsoleRequest } from '../console-app.ts';
import { requireApiCaller, type ApiCaller } from './api-caller.ts';
import { ProblemView } from './api-problems.ts';
import { viewProposal } from './approval-operations.ts';
import { bodyBytesMax, pagePresetRows } from './limits.ts';
import type { ApiServices, Operation } from './operation.ts';
import { Proposal } from './operation-schemas.ts';
import { publicShapeOf } from './public-shape.ts';

/** Rows of a page. */
const PageRows = Type.Integer({ minimum: 1, maximum: pageRowsMax, default: pagePresetRows });

type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';

const proposalShape = publicShapeOf(Proposal);

/** The parts of an operation's parameters, by where they stand. */
interface Parameters {
  readonly path: Readonly<Record<string, TSchema>>;
  readonly rest: Readonly<Record<string, TSchema>>;
  /** What stands for those of the rest that were not given. */
  readonly blanks: Readonly<Record<string, unknown>>;
  readonly wantsActor: boolean;
}

/** What the routes share. */
export interface OperationParts {
  readonly services: ApiServices;
  /** Who calls, by request. */
  readonly callers: WeakMap<object, ApiCaller>;
  /** Runs before an operation that changes something; true when it has answered. */
  readonly beforeChange: (request: ConsoleRequest, reply: ConsoleReply) => Promise<unknown>;
}

/** Adds the route. */
export function addOperation(api: ConsoleApp, parts: OperationParts, row: Operation): void {
  const { services, callers, beforeChange } = parts;
  const [method, url] = row.route.split(' ') as [Method, string];
  const hasBody = method === 'POST' || method === 'PUT';
  const mutates = method !== 'GET' && row.asks !== true;
  const parameters = divideParameters(row, url, hasBody);
  const rest = publicShapeOf(strictObject(parameters.rest));
  const result = publicShapeOf(row.result);
  api.route({
    method,
    url,
    bodyLimit: bodyBytesMax,
    schema: {
      operationId: row.id,
      summary: row.summary,
      tags: [row.tag],
      ...describeInput(parameters, rest.schema, hasBody),
      response: describeAnswers(row, parameters, { hasBody, result: result.schema }),
    },
    onRequest: async (request: ConsoleRequest) => {
      const { action } = row;
      callers.set(
        request,
        await requireApiCaller(services.context, request, { action, mutates, isSafe: method === 'GET' }),
      );
    },
    ...(mutates ? { preHandler: beforeChange } : {}),
    handler: async (request: ConsoleRequest, reply: ConsoleReply) => {
      const caller = callers.get(request);
      if (!caller) throw new Error(`${row.id} was reached without a caller`);
      const given = rest.fromPublic((hasBody ? request.body : request.query) ?? {});
      const wanted = {
        ...parameters.blanks,
        ...(given as object),
        ...(request.params as object),
        ...(parameters.wantsActor ? { actor: caller.actor } : {}),
      };
      const proposal = await proposeChange(services, row, { wanted, caller });
      if (proposal) return await reply.code(202).send(proposal);
      const done = await row.run(services, wanted as never, caller);
      if (mutates) noteChange(services, request, { caller, row });
      return await reply.code(row.status ?? 200).send(result.toPublic(done));
    },
  });
}

function divideParameters(row: Operation, url: string, hasBody: boolean): Parameters {
  const inPath = new Set([...url.matchAll(/:(\w+)/g)].map(([, name]) => name));
  const all = Object.entries(row.params.properties as Readonly<Record<string, TSchema>>);
  // Of what is only read, `actor` is whose deeds are asked for.
  const wantsActor = !row.route.startsWith('GET ') && all.some(([name]) => name === 'actor');
  const named = all.filter(([name]) => !(wantsActor && name === 'actor') && !inPath.has(name));
  const blanks: Record<string, unknown> = {};
  const rest = named.map(([name, schema]) => {
    if (name === 'limit') {
      blanks[name] = pagePresetRows;
      return [name, Type.Optional(PageRows)];
    }
    if (!isNullable(schema) || row.explicit?.includes(name)) return [name, schema];
    if (!Type.IsOptional(schema)) blanks[name] = null;
    return [name, Type.Optional(hasBody ? schema : withoutNull(schema))];
  });
  return {
    path: Object.fromEntries(all.filter(([name]) => inPath.has(name))),
    rest: Object.fromEntries(rest) as Parameters['rest'],
    blanks,
    wantsActor,
  };
}

function isNullable(schema: TSchema): schema is TSchema & { anyOf: readonly TSchema[] } {
  return 'anyOf' in schema && (schema.anyOf as readonly TSchema[]).some((one) => Type.IsNull(one));
}

/** A query has no null: what is not there is none. */
function withoutNull(schema: TSchema & { anyOf: readonly TSchema[] }): TSchema {
  const choices = schema.anyOf.filter((one) => !Type.IsNull(one));
  return choices.length === 1 && choices[0] ? choices[0] : Type.Union([...choices]);
}

function describeInput({ path, rest }: Parameters, schema: TSchema, hasBody: boolean) {
  return {
    ...(Object.keys(path).length > 0 ? { params: strictObject(path) } : {}),
    ...(hasBody ? { body: schema } : {}),
    ...(!hasBody && Object.keys(rest).length > 0 ? { querystring: schema } : {}),
  };
}

function describeAnswers(
  row: Operation,
  { path, rest }: Parameters,
  { hasBody, result }: { hasBody: boolean; result: TSchema },
) {
  const hasPath = Object.keys(path).length > 0;
  const takesInput = hasPath || Object.keys(rest).length > 0;
  const statuses: ProblemStatus[] = [
    ...(hasBody ? bodyStatuses : takesInput ? ([400, 403] as const) : ([403] as const)),
    ...(hasPath ? ([404] as const) : []),
    ...(row.fails ?? []),
  ];
  const success = { status: row.status ?? 200, description: 'Done.', schema: result };
  const described = describeResponses(success, statuses, ProblemView);
  if (!row.dangerous) return described;
  const content = { 'application/json': { schema: proposalShape.schema } };
  return { ...described, 202: { description: 'It waits for a second person.', content } };
}

/** Where the settings want a second person, the change becomes a proposal; null: it is to be made. */
async function proposeChange(
  { context }: ApiServices,
  row: Operation,
  { wanted, caller }: { wanted: object; caller: ApiCaller },
): Promise<unknown> {
  const change = row.dangerous?.(wanted as never, caller) ?? null;
  const proposal = change && (await proposeWhereNeeded(context, caller.staff, change));
  return proposal && proposalShape.toPublic(viewProposal(proposal, context.clock.nowMs()));
}

/** The audit log says who; the log, also with which token. */
function noteChange(
  { context }: ApiServices,
  { id: incident }: ConsoleRequest,
  { caller, row }: { caller: ApiCaller; row: Operation },
): void {
  const { actor, tokenId } = caller;
  context.log.info({ incident, actor, tokenId, operation: row.id }, 'changed through the API of the console');
}
