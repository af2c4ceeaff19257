// What the operator's command line may ask about where an account's deliveries come from. Spread into adminMethods.
import { method } from '../method-table.ts';
import { Type, strictObject, type Static } from '../schema.ts';
import { Slug } from './fields.ts';

/** `region`: nodes of it are preferred. `nodes`: by name, the only ones that count; empty for any. */
export const AccountPlace = strictObject({
  region: Type.Union([Slug, Type.Null()]),
  nodes: Type.Array(Slug, { maxItems: 20, uniqueItems: true }),
});
export type AccountPlace = Static<typeof AccountPlace>;

const caller = { callers: ['operator'] as const, deadlineMs: 30_000 };

/** The rows. RpcError `not_found`: the account; `refused`: a node that is none of the cluster's FTP nodes. */
export const placeMethods = {
  'account.place': method({
    ...caller,
    mutates: false,
    params: strictObject({ account: Slug }),
    result: AccountPlace,
  }),
  'account.setPlace': method({
    ...caller,
    mutates: true,
    params: strictObject({
      actor: Type.String({ minLength: 1, maxLength: 128 }),
      account: Slug,
      ...AccountPlace.properties,
    }),
    result: AccountPlace,
  }),
} as const;
