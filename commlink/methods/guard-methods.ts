// What operators may ask of internal-db to guard the delivery nodes' doors: bans, and a look at the sessions that run there.
// Part of the table of the administration socket (admin-methods.ts).
import { method } from '../method-table.ts';
import { Type, strictObject, type Static } from '../schema.ts';
import { Network, bansMax } from './ban-list.ts';
import { AtMs, Id, Line, Slug } from './fields.ts';
import { LiveSession } from './live-session.ts';

const Nullable = <S extends Parameters<typeof Type.Union>[0][number]>(schema: S) =>
  Type.Union([schema, Type.Null()]);
const Actor = Type.String({ minLength: 1, maxLength: 128 });
const Reason = Type.String({ minLength: 1, maxLength: 500 });
/** As a person types it: an address or a network. */
const AskedNetwork = Type.String({ minLength: 1, maxLength: 64 });

const caller = { callers: ['operator'] as const, deadlineMs: 30_000 };
const read = { ...caller, mutates: false };
const write = { ...caller, mutates: true };

/** A network that may not log in anywhere until `untilMs`. */
export const Ban = strictObject({
  id: Id,
  network: Network,
  reason: Line,
  /** The operator, or `internal-db` for too many failed logins. */
  bannedBy: Line,
  createdAtMs: AtMs,
  untilMs: AtMs,
});
export type Ban = Static<typeof Ban>;

/** Nodes that don't go by the newest list of bans yet, by name. They get it when they are back. */
const behindNodes = { behindNodes: Type.Array(Slug) };

/** The rows of the table. */
export const guardMethods = {
  /** The bans in force, the newest first. */
  'ban.list': method({
    ...read,
    params: strictObject({}),
    result: strictObject({ bans: Type.Array(Ban, { maxItems: bansMax }), ...behindNodes }),
  }),
  /** Bans a network; what it was banned for before is replaced. `refused`: it is among those never to be banned. */
  'ban.add': method({
    ...write,
    params: strictObject({
      actor: Actor,
      network: AskedNetwork,
      durationMs: Type.Integer({ minimum: 1000, maximum: 366 * 86_400_000 }),
      reason: Reason,
    }),
    result: strictObject({ ban: Ban, ...behindNodes }),
  }),
  /** Lifts the ban of this very network, and forgets its failed logins. `not_found`: it is not banned. */
  'ban.lift': method({
    ...write,
    params: strictObject({ actor: Actor, network: AskedNetwork, reason: Reason }),
    result: strictObject({ ban: Ban, ...behindNodes }),
  }),
  /** The sessions at all delivery nodes, or at one, of one account or of all. */
  'session.list': method({
    ...read,
    params: strictObject({ account: Nullable(Slug), node: Nullable(Slug) }),
    result: strictObject({
      nodes: Type.Array(
        strictObject({
          name: Slug,
          draining: Type.Boolean(),
          /** Null for a node that could not be asked. */
          listing: Nullable(
            strictObject({ sessions: Type.Array(LiveSession), sessionCount: Type.Integer({ minimum: 0 }) }),
          ),
        }),
      ),
    }),
  }),
  /** Ends one session. `not_found`: no node that can be asked has it. */
  'session.cut': method({
    ...write,
    params: strictObject({ actor: Actor, session: Id, reason: Reason }),
    result: strictObject({ node: Slug, session: LiveSession, cutSessionCount: Type.Integer() }),
  }),
} as const;
