// Store interface: what appliances say of themselves, what was sent to them and confirmed by them, and what was turned away.
// Implemented in SQL, used by internal-db/fleet/. A beat that brings no news changes one row.
import type { ApplianceState } from './fleet-appliances.ts';

/** The newest beat of an appliance, and the figures of its day. */
export interface BeatRecord {
  readonly uid: string;
  readonly lastBeatAtMs: number | null;
  readonly missingSinceMs: number | null;
  readonly sentAtMs: number;
  readonly counter: number;
  readonly nonce: string;
  readonly bootId: string;
  /** Boot ids that were followed by another one. */
  readonly olderBoots: readonly string[];
  readonly cause: string;
  readonly address: string;
  readonly agentVersion: string;
  readonly clockOffsetMs: number;
  readonly hardware: string;
  /** Digest of what the appliance says is installed. */
  readonly stateDigest: string;
  /** Days since 1970 UTC. */
  readonly day: number;
  readonly dayBeatCount: number;
  readonly dayLoadMaxPercent: number;
  readonly dayMemoryFreeMinBytes: number;
  readonly dayDiskFreeMinBytes: number;
  /** JSON. */
  readonly machine: string;
  /** Plug-ins, problems, what packages wait for, and downloads; JSON. */
  readonly report: string;
}

/** What a beat is judged by, in one row. */
export interface BeatingAppliance {
  readonly uid: string;
  readonly accountId: string;
  readonly typeId: string;
  readonly siteId: string | null;
  readonly groupName: string;
  readonly slot: number;
  readonly state: ApplianceState;
  readonly signingKey: string;
  readonly sealingKey: string;
  readonly enrolledHardware: string;
  readonly restoringSinceMs: number | null;
  readonly beat: BeatRecord;
  /** Null: none was made yet. */
  readonly catalog: Pick<CatalogRecord, 'generation' | 'freshUntilMs' | 'version' | 'sha256'> | null;
}

/** A catalog as it was made last. `metadata`: the director's signed texts, JSON. */
export interface CatalogRecord {
  readonly uid: string;
  readonly generation: number;
  readonly freshUntilMs: number;
  readonly version: number;
  /** Of the timestamp's text. */
  readonly sha256: string;
  /** Digest of what it names. */
  readonly choice: string;
  readonly madeAtMs: number;
  readonly fetchedAtMs: number | null;
  readonly metadata: string;
}

/** What an appliance was sent of a product, and what it confirmed. */
export interface ApplianceProduct {
  readonly uid: string;
  readonly productId: string;
  readonly product: string;
  readonly sentVersion: string | null;
  readonly sentAtMs: number | null;
  readonly confirmedVersion: string | null;
  readonly confirmedAtMs: number | null;
  readonly outcome: 'installed' | 'failed' | 'rolled_back' | 'refused' | null;
  readonly outcomeVersion: string | null;
  readonly outcomeCode: string | null;
  readonly outcomeAtMs: number | null;
}

/** The same of a configuration file, by its path on the appliance's list. */
export interface ApplianceFile {
  readonly path: string;
  readonly sentSha256: string | null;
  readonly sentAtMs: number | null;
  readonly confirmedSha256: string | null;
  readonly confirmedAtMs: number | null;
}

/** Something that happened to an appliance. `detail`: JSON. */
export interface ApplianceEvent {
  readonly uid: string;
  readonly atMs: number;
  readonly kind: string;
  readonly detail: string;
}

/** A day of an appliance. */
export interface ApplianceDay {
  readonly uid: string;
  readonly day: number;
  readonly beatCount: number;
  readonly loadMaxPercent: number;
  readonly memoryFreeMinBytes: number;
  readonly diskFreeMinBytes: number;
}

/** Stands for all senders for whom there is no row of their own. */
export const otherSenders = 'others';

/** Messages that were turned away. */
export interface FleetRefusal {
  readonly kind: string;
  readonly subject: string;
  readonly address: string;
  readonly refusedCount: number;
  readonly firstAtMs: number;
  readonly lastAtMs: number;
}

/** Where a message that was turned away stands in the list. */
export type RefusalPlace = Pick<FleetRefusal, 'lastAtMs' | 'kind' | 'subject'>;

/** Senders that were turned away as strangers: under no appliance's name, or not with its key. */
export interface RefusedAppliances {
  readonly kind: 'unknown' | 'signature';
  readonly senderCount: number;
}

/** Reading beats. */
export interface BeatReads {
  beating(uid: string): Promise<BeatingAppliance | undefined>;
  beatOf(uid: string): Promise<BeatRecord | undefined>;
  catalogOf(uid: string): Promise<CatalogRecord | undefined>;
  productsOf(uid: string): Promise<ApplianceProduct[]>;
  filesOf(uid: string): Promise<ApplianceFile[]>;
  /** The newest first. */
  events(uid: string, limit: number): Promise<ApplianceEvent[]>;
  eventCountSince(uid: string, sinceMs: number): Promise<number>;
  /** The newest first. */
  days(uid: string, limit: number): Promise<ApplianceDay[]>;
  /** Those that came last first, from the one after `after` on. */
  refusals(after: RefusalPlace | null, limit: number): Promise<FleetRefusal[]>;
  /** Of the kinds of strangers, those that came since then. */
  refusedSince(sinceMs: number): Promise<RefusedAppliances[]>;
}

/** Writing beats. */
export interface BeatWrites extends BeatReads {
  /** Puts the newest beat, and the appliance is missed no more. False when another one came since that with `knownNonce`. */
  putBeat(beat: BeatRecord, knownNonce: string): Promise<boolean>;
  putCatalog(catalog: CatalogRecord): Promise<void>;
  /** It still stands at this generation. */
  confirmCatalog(uid: string, stands: { generation: number; freshUntilMs: number }): Promise<void>;
  /** It is judged again at the next beat. */
  dropCatalogs(uids: readonly string[]): Promise<void>;
  setFetched(uid: string, atMs: number): Promise<void>;
  /** What a catalog names; what it names no more is not sent any more. */
  putSent(
    uid: string,
    sent: {
      products: readonly { productId: string; version: string }[];
      files: readonly { path: string; sha256: string }[];
      atMs: number;
    },
  ): Promise<void>;
  /** What a beat says is there. */
  putConfirmed(
    uid: string,
    confirmed: {
      products: readonly { productId: string; version: string }[];
      files: readonly { path: string; sha256: string }[];
      atMs: number;
    },
  ): Promise<void>;
  putOutcome(
    uid: string,
    outcome: Required<
      Pick<ApplianceProduct, 'productId' | 'outcomeVersion' | 'outcomeCode' | 'outcomeAtMs'>
    > & {
      readonly outcome: NonNullable<ApplianceProduct['outcome']>;
    },
  ): Promise<void>;
  addEvent(event: ApplianceEvent): Promise<void>;
  addDay(day: ApplianceDay): Promise<void>;
  /** Counts some that were turned away; under `otherSenders` when there are `rowsMax` rows and none for the subject. */
  countRefusal(
    refused: { kind: string; subject: string; address: string; count: number; rowsMax: number },
    atMs: number,
  ): Promise<void>;
  deleteEventsBefore(beforeMs: number, limit: number): Promise<number>;
  deleteDaysBefore(day: number, limit: number): Promise<number>;
  deleteRefusalsBefore(beforeMs: number): Promise<void>;
}
