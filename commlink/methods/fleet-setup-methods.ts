// What operators may ask of internal-db about what the fleet is made of: types of appliances, sites of accounts, and the configuration
// files that appliances get. Spread into adminMethods.
import { argumentCharactersMax, argumentsMax, pathCharactersMax, windowsMax } from '../fleet/limits.ts';
import { method } from '../method-table.ts';
import { Type, strictObject, type Static } from '../schema.ts';
import { AtMs, Bytes, FileName, Line, Sha256, Slug, Version } from './fields.ts';

const OrNull = <S extends Parameters<typeof Type.Union>[0][number]>(schema: S) =>
  Type.Union([schema, Type.Null()]);
const actor = { actor: Type.String({ minLength: 1, maxLength: 128 }) } as const;
const Title = Type.String({ minLength: 1, maxLength: 200 });
const Products = Type.Array(Slug, { minItems: 1, maxItems: 100, uniqueItems: true });
const UserName = Type.String({ pattern: '^[a-z_][a-z0-9_-]{0,30}\\$?$' });

/** A model of appliance. */
export const ApplianceType = strictObject({ name: Slug, title: Title, channel: Slug, products: Products });
export type ApplianceType = Static<typeof ApplianceType>;

/** A place of an account. `windows` as people write them, `mon-fri 22:00-04:00` in UTC; none: at any time. */
export const Site = strictObject({
  name: Slug,
  title: Title,
  /** The FTP node that stands there. */
  edgeNode: OrNull(Slug),
  windows: Type.Array(Type.String({ minLength: 15, maxLength: 19 }), { maxItems: windowsMax }),
  bandwidthBytesPerSecond: OrNull(Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER })),
});
export type Site = Static<typeof Site>;

/** Where a configuration file goes. `subject`: a type's or group's name, `ACCOUNT/SITE`, or an appliance's uid. */
export const FilePlace = strictObject({
  scope: Type.Union([
    Type.Literal('type'),
    Type.Literal('group'),
    Type.Literal('site'),
    Type.Literal('appliance'),
  ]),
  subject: Type.String({ minLength: 1, maxLength: 130 }),
});
export type FilePlace = Static<typeof FilePlace>;

/** What becomes of it on an appliance. */
const installation = {
  /** Its path is below this product's directory, in place of a placeholder; null: it is absolute. */
  placedIn: OrNull(Slug),
  path: Type.String({ minLength: 1, maxLength: pathCharactersMax }),
  mode: Type.Integer({ minimum: 0, maximum: 0o777 }),
  owner: OrNull(UserName),
  group: OrNull(UserName),
  reload: OrNull(
    Type.Array(Type.String({ minLength: 1, maxLength: argumentCharactersMax, pattern: '^[^\\u0000]*$' }), {
      minItems: 1,
      maxItems: argumentsMax,
    }),
  ),
} as const;

/** A configuration file: what it is called, which bytes of a release it is, for whom, and where it is put. */
export const ConfigurationFile = strictObject({
  name: FileName,
  ...FilePlace.properties,
  product: Slug,
  version: Version,
  file: FileName,
  ...installation,
});
export type ConfigurationFile = Static<typeof ConfigurationFile>;

/** One that was put. */
export const PutFile = strictObject({
  ...ConfigurationFile.properties,
  sizeBytes: Bytes,
  sha256: Sha256,
  putBy: Line,
  putAtMs: AtMs,
});
export type PutFile = Static<typeof PutFile>;

const caller = { callers: ['operator'] as const, deadlineMs: 30_000 };
const listing = { ...caller, mutates: false } as const;
const change = { ...caller, mutates: true } as const;
const nothing = strictObject({});

/** The rows. RpcError `not_found`: what is named is not there; `refused`: a path, window or node that can't be. */
export const fleetSetupMethods = {
  /** RpcError `conflict`: there is one of that name. */
  'applianceType.create': method({
    ...change,
    params: strictObject({ ...actor, ...ApplianceType.properties }),
    result: ApplianceType,
  }),
  /** Replaces what a type runs. */
  'applianceType.setProducts': method({
    ...change,
    params: strictObject({ ...actor, name: Slug, products: Products }),
    result: ApplianceType,
  }),
  'applianceType.list': method({
    ...listing,
    params: nothing,
    result: strictObject({ types: Type.Array(ApplianceType, { maxItems: 1000 }) }),
  }),
  /** Puts a site, in place of the account's one of that name. */
  'site.put': method({
    ...change,
    params: strictObject({ ...actor, account: Slug, ...Site.properties }),
    result: Site,
  }),
  'site.list': method({
    ...listing,
    params: strictObject({ account: Slug }),
    result: strictObject({ sites: Type.Array(Site, { maxItems: 10_000 }) }),
  }),
  /** Puts a file, in place of the one with that name and place. */
  'fleetFile.put': method({
    ...change,
    params: strictObject({ ...actor, ...ConfigurationFile.properties }),
    result: PutFile,
  }),
  'fleetFile.list': method({
    ...listing,
    params: nothing,
    result: strictObject({ files: Type.Array(PutFile, { maxItems: 10_000 }) }),
  }),
  'fleetFile.remove': method({
    ...change,
    params: strictObject({ ...actor, name: FileName, ...FilePlace.properties }),
    result: nothing,
  }),
} as const;
