// What an operation of the console's API is: a row with its address, who may, and which service does it. The rows are in
// *-operations.ts; add-operation.ts makes a route of each. Most are a method of the command line's table under an address: the
// same schemas, the same handler.
import type { Handlers, ParamsOf, ResultOf } from '#commlink/method-table.ts';
import { adminMethods } from '#commlink/methods/admin-methods.ts';
import type { Static, TSchema, Type } from '#commlink/schema.ts';
import type { ProcessFacts } from '../../admin/describe-status.ts';
import type { DangerousChange } from '../../second-person/dangerous-change.ts';
import type { ServiceContext } from '../../service-context.ts';
import type { StaffAction } from '../staff-permissions.ts';
import type { ApiCaller } from './api-caller.ts';
import type { ApiTag } from './api-description.ts';

/** An object's schema. */
export type ObjectSchema = ReturnType<typeof Type.Object>;
type AdminTable = typeof adminMethods;

/** What the operations work with. */
export interface ApiServices {
  readonly context: ServiceContext;
  readonly facts: ProcessFacts;
  readonly admin: Handlers<AdminTable>;
}

/** What every row says. */
export interface OperationAddress {
  /** The operation's name in the description. */
  readonly id: string;
  /** Below /api/v1; `:names` are parameters. */
  readonly route: `${'GET' | 'POST' | 'PUT' | 'DELETE'} /${string}`;
  readonly summary: string;
  readonly tag: ApiTag;
  readonly action: StaffAction;
  /** What is answered when it is done; 200 where nothing is said. */
  readonly status?: 200 | 201;
  /** A POST that only asks: a token for reading may. */
  readonly asks?: true;
  /** Parameters that may be null, but must be given: where leaving one out by mistake would mean something. */
  readonly explicit?: readonly string[];
  /** The change as a second person would have to approve it; null where this one needs none. */
  readonly dangerous?: (
    params: never,
    caller: ApiCaller,
  ) => (DangerousChange & { readonly reason: string }) | null;
  /** What it can end in beside what follows from its address. */
  readonly fails?: readonly (404 | 409 | 422 | 507)[];
}

/** A row. `params` has everything: what stands in the path, in the query or body, and `actor`, which is the caller. */
export interface Operation extends OperationAddress {
  readonly params: ObjectSchema;
  readonly result: TSchema;
  readonly run: (services: ApiServices, params: never, caller: ApiCaller) => Promise<unknown>;
}

/** Types a row. */
export function operation<P extends ObjectSchema, R extends TSchema>(
  row: OperationAddress & {
    readonly params: P;
    readonly result: R;
    readonly run: (
      services: ApiServices,
      params: Static<P>,
      caller: ApiCaller,
    ) => Promise<Static<NoInfer<R>>>;
  },
): Operation {
  return row;
}

/** The row of a method of the command line. */
export function ofCommand<M extends keyof AdminTable>(method: M, address: OperationAddress): Operation {
  const { params, result, deadlineMs } = adminMethods[method];
  return {
    ...address,
    params,
    result,
    run: async (
      { admin },
      wanted: ParamsOf<AdminTable, M>,
      { actor, staff },
    ): Promise<ResultOf<AdminTable, M>> => {
      const peer = { role: 'operator', name: actor, id: staff.id } as const;
      return await admin[method](wanted, { peer, signal: AbortSignal.timeout(deadlineMs) });
    },
  };
}
