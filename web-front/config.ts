// What the web-front's configuration file says. Written by the launcher or an operator, read by main.ts alone.
import { NodeConfig } from '#commlink/node-config.ts';
import { Type, compileSchema, strictObject, type Static } from '#commlink/schema.ts';
import { AdjustableLimits } from './limits.ts';

const FilePath = Type.String({ minLength: 1, maxLength: 4096 });
const NumericId = Type.Integer({ minimum: 1, maximum: 4_294_967_294 });

/** The configuration file's schema. File paths are absolute. */
export const WebFrontConfig = strictObject({
  node: NodeConfig,
  portal: strictObject({
    host: Type.String({ minLength: 1, maxLength: 253 }),
    port: Type.Integer({ minimum: 0, maximum: 65_535 }),
    /** What customers type, without a trailing slash: `https://downloads.example.com`. */
    publicUrl: Type.String({ pattern: '^https://[^/\\s]+$', maxLength: 256 }),
    certFile: FilePath,
    keyFile: FilePath,
    /** The authority that issued the certificates, when it is one that customers' machines do not know. */
    caFile: Type.Optional(FilePath),
  }),
  /** Whom to become once the ports are bound, when started as root; null stays who it is. */
  dropTo: Type.Union([strictObject({ uid: NumericId, gid: NumericId }), Type.Null()]),
  logLevel: Type.Union([
    Type.Literal('trace'),
    Type.Literal('debug'),
    Type.Literal('info'),
    Type.Literal('warn'),
    Type.Literal('error'),
  ]),
  limits: Type.Optional(Type.Partial(AdjustableLimits)),
});
export type WebFrontConfig = Static<typeof WebFrontConfig>;

/** Checks a configuration file's content. */
export const webFrontConfigCheck = compileSchema('web-front configuration', WebFrontConfig);
