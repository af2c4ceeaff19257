// What the command line may ask about the fleet's signed metadata, over the administration socket. Roots and the packages' targets
// are signed before they come here; internal-db signs the rest with keys that it makes. Spread into adminMethods.
import { rootBytesMax, targetsBytesMax } from '../fleet/limits.ts';
import { method } from '../method-table.ts';
import { Type, strictObject, type Static } from '../schema.ts';
import { AtMs, Sha256 } from './fields.ts';

const Actor = Type.String({ minLength: 1, maxLength: 128 });
const RawKey = Type.String({ pattern: '^[A-Za-z0-9_-]{43}$' });
const Root = Type.String({ maxLength: rootBytesMax });
const Targets = Type.String({ maxLength: targetsBytesMax });
const OnlineRole = Type.Union([Type.Literal('targets'), Type.Literal('snapshot'), Type.Literal('timestamp')]);
const Repository = Type.Union([Type.Literal('director'), Type.Literal('packages')]);
const packagesMax = 100;
const keysMax = 64;

/** A key that signs online. */
export const OnlineKey = strictObject({ repository: Repository, role: OnlineRole, key: RawKey });
export type OnlineKey = Static<typeof OnlineKey>;

/** The metadata that people sign, as it is installed; null before the setup. */
export const InstalledMetadata = strictObject({
  directorRoot: Type.Union([Root, Type.Null()]),
  packagesRoot: Type.Union([Root, Type.Null()]),
  packagesTargets: Type.Union([Targets, Type.Null()]),
  packagesTimestampEndsAtMs: Type.Union([AtMs, Type.Null()]),
});
export type InstalledMetadata = Static<typeof InstalledMetadata>;

const write = { callers: ['operator'] as const, deadlineMs: 30_000, mutates: true };

/** The rows. */
export const fleetMetadataMethods = {
  'fleetMetadata.read': method({
    callers: ['operator'],
    deadlineMs: 10_000,
    mutates: false,
    params: strictObject({}),
    result: InstalledMetadata,
  }),
  /** Makes keys for roles that sign online, for a root that is to name them; those of before go on until it does. */
  'fleetMetadata.makeKeys': method({
    ...write,
    params: strictObject({
      actor: Actor,
      roles: Type.Array(strictObject({ repository: Repository, role: OnlineRole }), {
        minItems: 1,
        maxItems: 5,
      }),
    }),
    result: strictObject({ keys: Type.Array(OnlineKey, { maxItems: keysMax }) }),
  }),
  /**
   * Installs what people have signed: roots that follow the installed ones, a packages' targets, and the content keys of packages
   * (base64url). The RpcError `refused` for what is not signed as the roots ask, expired, or no newer; `conflict` when the fleet is
   * set up already, or another targets was installed since `basedOnVersion`.
   */
  'fleetMetadata.install': method({
    ...write,
    params: strictObject({
      actor: Actor,
      directorRoot: Type.Union([Root, Type.Null()]),
      packagesRoot: Type.Union([Root, Type.Null()]),
      packagesTargets: Type.Union([
        strictObject({ text: Targets, basedOnVersion: Type.Integer({ minimum: 0 }) }),
        Type.Null(),
      ]),
      contentKeys: Type.Array(strictObject({ sha256: Sha256, key: RawKey }), { maxItems: packagesMax }),
    }),
    result: InstalledMetadata,
  }),
} as const;
