// What is configured of a web-front through the cluster's configuration, and takes effect without a restart.
// Callers: web-front, which obeys it; the operator's side, which checks it before it is published.
import { Type, strictObject, type Static } from '../schema.ts';
import { HostName, Port, commonSettings } from './link-settings.ts';

const Count = Type.Integer({ minimum: 1, maximum: 1_000_000 });

/** Requests a minute from one address (IPv6: one /64), and open connections. */
export const PortalLimits = strictObject({
  signInsPerMinute: Count,
  apiRequestsPerMinute: Count,
  pageRequestsPerMinute: Count,
  connectionsMax: Count,
});
export type PortalLimits = Static<typeof PortalLimits>;

/** The settings of a web-front. */
export const WebFrontSettings = strictObject({
  ...commonSettings,
  portal: strictObject({
    host: HostName,
    port: Port,
    /** What customers type, without a trailing slash: `https://downloads.example.com`. */
    publicUrl: Type.String({ pattern: '^https://[^/\\s]+$', maxLength: 256 }),
  }),
  limits: Type.Partial(PortalLimits, { additionalProperties: false }),
  features: strictObject({
    /** The JSON API and personal tokens. */
    api: Type.Boolean(),
  }),
});
export type WebFrontSettings = Static<typeof WebFrontSettings>;
