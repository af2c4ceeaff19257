// Store interface: rollouts of versions to appliances, and pins. Implemented in SQL, used by fleet/rollouts/. What is kept is
// what was decided (targets, waves, thresholds) and how far it has come; who is in a wave follows from an appliance's slot.
import type { MaintenanceWindow } from '#commlink/fleet/catalog-entries.ts';

/** `stopped`: by itself; `paused`: by a person. Both can go on; `aborted` and `completed` are ends. */
export type RolloutState = 'running' | 'paused' | 'stopped' | 'aborted' | 'completed';

/** Who it is for: each list empty for all; of the tags one is enough. */
export interface RolloutTargets {
  readonly groups: readonly string[];
  readonly tags: readonly string[];
}

/** A share of the targets, counted from the first wave on, and how long it is watched when it has settled. */
export interface Wave {
  readonly percent: number;
  readonly soakMs: number;
}

/** From when on it stops by itself. Fewer than `countMin` stop it only where all of a smaller wave are. */
export interface StopThresholds {
  readonly failedPercentMax: number;
  readonly missingPercentMax: number;
  readonly countMin: number;
}

/** What decides which version an appliance gets. */
export interface RolloutRule {
  readonly id: string;
  readonly productId: string;
  readonly version: string;
  /** A rollback may name a version that is older than what is installed. */
  readonly kind: 'update' | 'rollback';
  readonly state: RolloutState;
  readonly targets: RolloutTargets;
  /** Where in the slots (0 to 9999) its first wave begins, so that not the same appliances are always the first. */
  readonly slotOffset: number;
  /** The open waves' share; 0 before the first. */
  readonly openPercent: number;
  /** The newest decides. */
  readonly number: number;
  readonly createdAtMs: number;
}

/** A rollout as stored. */
export interface RolloutRecord extends RolloutRule {
  readonly waves: readonly Wave[];
  /** When waves may begin; none: at any time. */
  readonly windows: readonly MaintenanceWindow[];
  readonly thresholds: StopThresholds;
  /** How many waves are open. */
  readonly waveCount: number;
  readonly waveOpenedAtMs: number | null;
  readonly waveSettledAtMs: number | null;
  /** What its targets go back to; null where nothing was rolled out before. */
  readonly previousVersion: string | null;
  readonly reason: string;
  readonly createdBy: string;
  /** Why it is in its state, and since when. */
  readonly stateReason: string;
  readonly stateSinceMs: number;
}

/** How far it has come; what `advance` writes. */
export interface RolloutProgress {
  readonly state: RolloutState;
  readonly waveCount: number;
  readonly openPercent: number;
  readonly waveOpenedAtMs: number | null;
  readonly waveSettledAtMs: number | null;
  readonly stateReason: string;
  readonly stateSinceMs: number;
}

/** A version that is held, for one appliance, for a tag or for a group: the closer one counts. */
export interface PinRule {
  readonly productId: string;
  readonly scope: 'appliance' | 'tag' | 'group';
  readonly subject: string;
  readonly version: string;
}

/** A pin as stored. */
export interface PinRecord extends PinRule {
  readonly reason: string;
  readonly pinnedBy: string;
  readonly pinnedAtMs: number;
}

/** What became of the active appliances in a rollout's open waves that run the product. */
export interface WaveCounts {
  readonly reached: number;
  /** Their catalogs name the version, or they have it. */
  readonly sent: number;
  readonly installed: number;
  readonly failed: number;
  /** Sent the version, and fallen silent since. */
  readonly missing: number;
  /** Not sent it yet, though they are heard of: they have not asked since the wave began. Others may not have it. */
  readonly pending: number;
}

/** An account with appliances on which a rollout failed, or that fell silent by it. */
export interface TroubledAccount {
  readonly account: string;
  readonly applianceCount: number;
}

/** What is counted. Who has beaten from `sinceMs` until `untilMs` and was sent nothing waits for nothing. */
export interface CountedWaves extends Pick<
  RolloutRule,
  'productId' | 'version' | 'targets' | 'slotOffset' | 'openPercent'
> {
  readonly sinceMs: number;
  readonly untilMs: number;
  /** What failed or fell silent before does not count: somebody has let it go on since. */
  readonly troubleSinceMs: number;
}

/** Which rollouts are listed, the newest first: of all products or one, those with a lower number than that of the last page's end. */
export interface ListedRollouts {
  readonly productId: string | null;
  readonly belowNumber: number | null;
  readonly limit: number;
}

/** Where a pin stands in the list. */
export interface PinPlace {
  readonly pinnedAtMs: number;
  readonly productId: string;
  readonly scope: string;
  readonly subject: string;
}

/** Reading rollouts. */
export interface RolloutReads {
  byId(id: string): Promise<RolloutRecord | undefined>;
  list(wanted: ListedRollouts): Promise<RolloutRecord[]>;
  /** Those of a product that have not ended, the newest first. */
  openOf(productId: string): Promise<RolloutRecord[]>;
  /** Those that go on by themselves, or that wait for somebody. */
  inState(state: 'running' | 'stopped'): Promise<RolloutRecord[]>;
  /** What decides for a product, the newest first: an aborted one too, since what is installed by it stays. */
  rulesOf(productId: string): Promise<RolloutRule[]>;
  pinsOf(productId: string): Promise<PinRule[]>;
  /** The newest first, from the one after `after` on. */
  pins(after: PinPlace | null, limit: number): Promise<PinRecord[]>;
  count(waves: CountedWaves): Promise<WaveCounts>;
  /** Whose appliances failed or fell silent: those with the most first. */
  troubledAccounts(waves: CountedWaves, limit: number): Promise<TroubledAccount[]>;
}

/** Writing rollouts. */
export interface RolloutWrites extends RolloutReads {
  /** Gives the number, one more than the last. */
  insert(rollout: Omit<RolloutRecord, 'number'>): Promise<void>;
  setProgress(id: string, progress: RolloutProgress): Promise<void>;
  putPin(pin: PinRecord): Promise<void>;
  /** False when there was none. */
  removePin(pin: Omit<PinRule, 'version'>): Promise<boolean>;
}
