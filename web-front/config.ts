// What the web-front's configuration file says: what must be known on its own machine. Everything else is the cluster's
// configuration (#commlink/settings/web-front-settings.ts). Written by the launcher or `consign node join`, read by main.ts.
import { NodeBootstrap } from '#commlink/configuration/node-bootstrap.ts';
import { Type, compileSchema, strictObject, type Static } from '#commlink/schema.ts';

const NumericId = Type.Integer({ minimum: 1, maximum: 4_294_967_294 });

/** The configuration file's schema. */
export const WebFrontConfig = strictObject({
  node: NodeBootstrap,
  /** Whom to become once the ports are bound, when started as root; null stays who it is. */
  dropTo: Type.Union([strictObject({ uid: NumericId, gid: NumericId }), Type.Null()]),
});
export type WebFrontConfig = Static<typeof WebFrontConfig>;

/** Checks a configuration file's content. */
export const webFrontConfigCheck = compileSchema('web-front configuration', WebFrontConfig);
