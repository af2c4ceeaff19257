// What is configured of a web-front through the cluster's configuration, and takes effect without a restart.
// Callers: web-front, which obeys it; the operator's side, which checks it before it is published.
import { Type, strictObject, type Static } from '../schema.ts';
import { BrandingSettings } from './branding-settings.ts';
import { HostName, Port, PublicUrl, commonSettings } from './link-settings.ts';
import { ProxyProtocolSettings } from './proxy-protocol-settings.ts';

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
    /** What customers type. */
    publicUrl: PublicUrl,
  }),
  proxyProtocol: ProxyProtocolSettings,
  branding: BrandingSettings,
  limits: Type.Partial(PortalLimits, { additionalProperties: false }),
  features: strictObject({
    /** The JSON API and personal tokens. */
    api: Type.Boolean(),
  }),
});
export type WebFrontSettings = Static<typeof WebFrontSettings>;
