// What the command line may ask about what customers read beside the files: notes of releases, the order of platforms, and
// licence agreements. Spread into adminMethods.
import { PlacementText } from '../artifacts/placement.ts';
import { method } from '../method-table.ts';
import { Type, strictObject, type Static } from '../schema.ts';
import { AtMs, Line, Slug, Version } from './fields.ts';
import { pageParams, pageResult } from './paging.ts';

/** Characters of a release's notes. */
export const NotesText = Type.String({ maxLength: 65_536 });
/** A version of a licence agreement, as its authors count: `2`, `2026-12`. */
export const LicenceVersion = Type.String({ pattern: '^[A-Za-z0-9](?:[A-Za-z0-9._-]{0,30}[A-Za-z0-9])?$' });
/** The text of an agreement, Markdown. */
export const LicenceText = Type.String({ minLength: 1, maxLength: 262_144 });
/** A file's platform as it was published with: `linux-x64`. */
const Platform = Type.String({ minLength: 1, maxLength: 64 });

/** A version of an agreement, as staff see it. */
export const LicenceAgreement = strictObject({
  name: Slug,
  version: LicenceVersion,
  title: Line,
  inForceAtMs: AtMs,
  addedBy: Line,
  addedAtMs: AtMs,
});
export type LicenceAgreement = Static<typeof LicenceAgreement>;

const OrNull = <S extends Parameters<typeof Type.Union>[0][number]>(schema: S) =>
  Type.Union([schema, Type.Null()]);
const Actor = Type.String({ minLength: 1, maxLength: 128 });
const caller = { callers: ['operator'] as const, deadlineMs: 30_000 };
const read = { ...caller, mutates: false };
const write = { ...caller, mutates: true };

/** The rows. */
export const catalogAdminMethods = {
  'release.notes': method({
    ...read,
    params: strictObject({ product: Slug, version: Version }),
    result: strictObject({ notes: NotesText }),
  }),
  /** Puts these notes, Markdown, in the place of those that there are; published or not. */
  'release.setNotes': method({
    ...write,
    params: strictObject({ actor: Actor, product: Slug, version: Version, notes: NotesText }),
    result: strictObject({ product: Slug, version: Version }),
  }),
  /** The order in which a product's platforms are listed; the customer's own is always first. */
  'product.setPlatformOrder': method({
    ...write,
    params: strictObject({ actor: Actor, product: Slug, platforms: Type.Array(Platform, { maxItems: 50 }) }),
    result: strictObject({ product: Slug, platforms: Type.Array(Platform) }),
  }),
  /** Where the files of a product are kept beside the origin; null: as the settings say. */
  'product.setPlacement': method({
    ...write,
    params: strictObject({ actor: Actor, product: Slug, placement: OrNull(PlacementText) }),
    result: strictObject({ product: Slug, placement: OrNull(PlacementText) }),
  }),
  /** `inForceAtMs` null: from now on. Whoever has accepted an earlier version only must accept again from then on. */
  'licence.add': method({
    ...write,
    params: strictObject({
      actor: Actor,
      name: Slug,
      version: LicenceVersion,
      title: Type.String({ minLength: 1, maxLength: 200 }),
      text: LicenceText,
      inForceAtMs: Type.Union([AtMs, Type.Null()]),
    }),
    result: strictObject({ agreement: LicenceAgreement }),
  }),
  'licence.list': method({
    ...read,
    params: strictObject({ ...pageParams }),
    result: strictObject({ agreements: Type.Array(LicenceAgreement), ...pageResult }),
  }),
  /** Records that a customer has accepted on paper; `version` null: the one in force. */
  'licence.accept': method({
    ...write,
    params: strictObject({
      actor: Actor,
      account: Slug,
      agreement: Slug,
      version: Type.Union([LicenceVersion, Type.Null()]),
    }),
    result: strictObject({ agreement: Slug, version: Type.String({ maxLength: 32 }) }),
  }),
} as const;
