// What is configured of internal-db through the cluster's configuration, and takes effect without a restart.
// Callers: internal-db, which obeys it; the operator's side, which checks it before it is published.
import { beatIntervalMs } from '../fleet/limits.ts';
import { Type, strictObject, type Static } from '../schema.ts';
import { PlacementText } from '../artifacts/placement.ts';
import { BrandingSettings } from './branding-settings.ts';
import { ConsoleSettings } from './console-settings.ts';
import { IdentityProviders } from './identity-provider-settings.ts';
import { IpNetwork, PublicUrl, commonSettings } from './link-settings.ts';
import { MailSettings } from './mail-settings.ts';
import { OriginSettings } from './origin-settings.ts';
import { NodePlaces } from './node-place-settings.ts';
import { EmailAddress } from '../methods/people-fields.ts';

const LifetimeMs = Type.Integer({ minimum: 1000, maximum: 366 * 86_400_000 });

/** The settings of an internal-db node. Durations are milliseconds. */
export const InternalDbSettings = strictObject({
  ...commonSettings,
  console: ConsoleSettings,
  /**
   * What customers type to get to the portal: links in mails lead there, and passkeys are bound to its name. Null: neither
   * mails with links nor passkeys.
   */
  portalUrl: Type.Union([PublicUrl, Type.Null()], { default: null }),
  mail: MailSettings,
  /** Who is mailed of what needs looking at, as the console's overview has it. */
  alertMailTo: Type.Array(EmailAddress, { maxItems: 20, uniqueItems: true, default: [] }),
  /** After how many days without a use somebody is told of a token or SSH key; null: never. */
  unusedCredentialDays: Type.Union([Type.Integer({ minimum: 1, maximum: 3660 }), Type.Null()], {
    default: 90,
  }),
  branding: BrandingSettings,
  /** Where else customers and staff may prove who they are. */
  identityProviders: IdentityProviders,
  /** Where the files of a product are kept that says nothing of it. */
  placement: Type.Unsafe<PlacementText>({ ...PlacementText, default: 'all' }),
  /** Where each FTP node stands, so that a delivery goes to one that is near its customer. */
  nodePlaces: NodePlaces,
  /** Whether `consign publish` sends files here, for all download servers, without being told to each time. */
  keepOriginals: Type.Boolean({ default: false }),
  /** Where it keeps them. */
  origin: OriginSettings,
  /** After how long without a release that has it, other than withdrawn ones, an original is removed; null: never. */
  originalsUnusedMs: Type.Union([LifetimeMs, Type.Null()], { default: 30 * 86_400_000 }),
  /** How long a customer's delivery stays staged. */
  deliveryLifetimeMs: LifetimeMs,
  /** After how long without a node its live deliveries are moved to other nodes; null: they wait for it. */
  moveDeliveriesAfterMs: Type.Union([LifetimeMs, Type.Null()], { default: 60_000 }),
  /** How long a browser session lasts from sign-in. */
  sessionLifetimeMs: LifetimeMs,
  /** When an address is banned from all nodes: after so many failed logins within a window, and for how long. */
  bans: strictObject(
    {
      failuresMax: Type.Integer({ minimum: 1, maximum: 1_000_000 }),
      windowMs: LifetimeMs,
      /** The first ban; it doubles each time that the address comes again. */
      durationMs: LifetimeMs,
      /** Networks that are never banned: a customer's with many people behind one address, a load balancer's. */
      neverNetworks: Type.Array(IpNetwork, { maxItems: 256, default: [] }),
    },
    { default: { failuresMax: 30, windowMs: 600_000, durationMs: 3_600_000, neverNetworks: [] } },
  ),
  fleet: strictObject(
    {
      /** How often an appliance beats: at a moment of its own in each such time. */
      beatIntervalMs: Type.Integer({ minimum: 100, maximum: 86_400_000 }),
      /** How much later than that a beat may come before its appliance counts as missing. */
      missingGraceMs: Type.Integer({ minimum: 0, maximum: 7 * 86_400_000 }),
      /** How many an account may have enrolled; retired ones don't count. */
      appliancesPerAccountMax: Type.Integer({ minimum: 1, maximum: 10_000_000, default: 10_000 }),
    },
    { default: { beatIntervalMs, missingGraceMs: 300_000, appliancesPerAccountMax: 10_000 } },
  ),
  webhooks: strictObject(
    {
      /** Networks that webhooks may be in although they are not public; also in clear (http). */
      allowedNetworks: Type.Array(IpNetwork, { maxItems: 64, default: [] }),
    },
    { default: { allowedNetworks: [] } },
  ),
});
export type InternalDbSettings = Static<typeof InternalDbSettings>;
