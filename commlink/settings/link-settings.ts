// Settings that nodes of every role have: where links are accepted and dialled, where administration is, how much is
// logged. They reach a node as part of its own sealed section. Callers: the role's settings beside this file.
import { Slug } from '../methods/fields.ts';
import { Type, strictObject, type Static } from '../schema.ts';

/** A host name or address. */
export const HostName = Type.String({ minLength: 1, maxLength: 253 });
/** An address that customers type, without a trailing slash: `https://downloads.example.com`. */
export const PublicUrl = Type.String({ pattern: '^https://[^/\\s]+$', maxLength: 256 });
/** A TCP port; 0 lets the system choose. */
export const Port = Type.Integer({ minimum: 0, maximum: 65_535 });
/** An address to listen on. */
export const HostPort = strictObject({ host: HostName, port: Port });
export type HostPort = Static<typeof HostPort>;

/** An IP network: an address, or one with the length of its prefix (`10.0.0.0/8`, `2001:db8::/32`). */
export const IpNetwork = Type.String({
  minLength: 2,
  maxLength: 49,
  pattern: '^[0-9a-fA-F:.]+(?:/\\d{1,3})?$',
});

/** How much a program logs. */
export const LogLevel = Type.Union([
  Type.Literal('trace'),
  Type.Literal('debug'),
  Type.Literal('info'),
  Type.Literal('warn'),
  Type.Literal('error'),
]);

/** A node's links. The members and the bags come from the manifest and from bag sections. */
export const LinkSettings = strictObject({
  /** The cluster listener; null when this node only dials. */
  listen: Type.Union([HostPort, Type.Null()]),
  /** The members that this node dials, by name, and how many connections it keeps to each. */
  dial: Type.Array(
    strictObject({
      peer: Slug,
      host: HostName,
      port: Type.Integer({ minimum: 1, maximum: 65_535 }),
      connections: Type.Integer({ minimum: 1, maximum: 16 }),
    }),
    { maxItems: 100 },
  ),
  /**
   * The members whose connections reach this node's listener from other ports than they chose: something in between rewrites
   * them (NAT). A name that is nobody's yet may stand here, for a node that is to come.
   */
  behindNat: Type.Array(Slug, { maxItems: 500, default: [] }),
  /** A link older than this is replaced by one from another port, hence another key. */
  linkAgeMaxMs: Type.Integer({ minimum: 1000, maximum: 86_400_000 }),
});
export type LinkSettings = Static<typeof LinkSettings>;

/** Members of every role's settings. */
export const commonSettings = {
  links: LinkSettings,
  /** The administration listener for operators with their key; null for the Unix socket alone. */
  administration: Type.Union([HostPort, Type.Null()]),
  logLevel: LogLevel,
  /** Where Prometheus may read this node's metrics (plain HTTP: an internal address); null for nowhere. */
  metrics: Type.Union([HostPort, Type.Null()], { default: null }),
} as const;
