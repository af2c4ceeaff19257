// What a web-front may ask of internal-db about views of the portal: staff who see it as one of a customer's people does.
// Spread into internalDbMethods. A view's session may read what that person reads, and change nothing.
import { method } from '../method-table.ts';
import { Type, strictObject, type Static } from '../schema.ts';
import { SessionRefusal, customerCall, withSession } from './customer-call.ts';
import { Address, AtMs, Id, Line, Slug } from './fields.ts';
import { LinkToken, outcome } from './people-fields.ts';
import { OpenedSession } from './session-owner.ts';

/** Views of which a customer is told at once: the newest. */
export const toldViewsMax = 50;

/** That somebody of the vendor's staff has seen the portal as `user` does. */
export const ToldView = strictObject({ id: Id, user: Slug, reason: Line, openedAtMs: AtMs });
export type ToldView = Static<typeof ToldView>;

/** The rows. */
export const portalViewMethods = {
  /** Opens the view that a code of the console is for. */
  'portalView.open': method({
    ...customerCall,
    mutates: true,
    params: strictObject({ code: LinkToken, address: Address }),
    result: outcome({ signIn: OpenedSession }),
  }),
  /** Views that the customer is told of: an owner sees all of them, others those of their own portal. */
  'portalView.listTold': method({
    ...customerCall,
    mutates: false,
    params: strictObject(withSession),
    result: Type.Union([
      strictObject({
        valid: Type.Literal(true),
        views: Type.Array(ToldView, { maxItems: toldViewsMax }),
      }),
      SessionRefusal,
    ]),
  }),
} as const;
