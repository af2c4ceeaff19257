// Which version of a product an appliance's catalog names, and why: the one place that decides it. Pure. Called where catalogs are
// made, and where people ask who is behind. Whether the account may have the releases was decided before.
import { compareVersionsNewestFirst, rangeAdmits } from '../../decision/version-range.ts';
import type { PinRule, RolloutRule } from '../../store/rollouts.ts';

/** What is known of the appliance. `installed`: what a beat confirmed last, of this product. */
export interface ChoosingAppliance {
  readonly uid: string;
  readonly group: string;
  readonly tags: readonly string[];
  readonly slot: number;
  readonly installed: string | null;
}

/** A release that the appliance may have. `upgradeFrom`: the versions over which it installs; null for any. */
export interface ChoosableRelease {
  readonly version: string;
  readonly upgradeFrom: string | null;
  readonly publishedAtMs: number;
}

/** All that the choice depends on; releases, rollouts and pins of one product. */
export interface VersionQuestion {
  readonly appliance: ChoosingAppliance;
  readonly releases: readonly ChoosableRelease[];
  readonly rollouts: readonly RolloutRule[];
  readonly pins: readonly PinRule[];
}

/**
 * - `pinned`        held by a pin
 * - `rollout`       a rollout has reached it
 * - `rolled_back`   a rollback has
 * - `free`          the newest that no rollout governs
 * - `intermediate`  on its way, by way of a version that the target wants first
 * - `kept`          the rollout that decides names an older version than is installed
 * - `waiting_wave`  the newest rollout for it has not reached it yet
 * - `paused`, `stopped`, `aborted`  the newest rollout for it does not go on
 * - `not_targeted`  no rollout is for it
 * - `no_release`    what it should have is not published, or the account may not have it
 * - `no_way`        no published release leads from what is installed to the target
 */
export type ChoiceReason =
  | 'pinned'
  | 'rollout'
  | 'rolled_back'
  | 'free'
  | 'intermediate'
  | 'kept'
  | 'waiting_wave'
  | 'paused'
  | 'stopped'
  | 'aborted'
  | 'not_targeted'
  | 'no_release'
  | 'no_way';

/** The choice. `version`: what the catalog names; `target`: where that leads to; null for nothing. */
export interface ChosenVersion {
  readonly version: string | null;
  readonly target: string | null;
  readonly reason: ChoiceReason;
  /** The rollout that decided, or that it waits for. */
  readonly rolloutId: string | null;
}

const pinScopes = ['appliance', 'tag', 'group'] as const;

/** Chooses. A pin comes first, then the newest rollout that includes the appliance, then what no rollout governs. */
export function chooseVersion(question: VersionQuestion): ChosenVersion {
  const pin = closestPin(question);
  if (pin) return goTo(question, pin.version, { reason: 'pinned', rolloutId: null });
  let waitsFor: Omit<ChosenVersion, 'version' | 'target'> | null = null;
  for (const rollout of question.rollouts.toSorted((left, right) => right.number - left.number)) {
    const standing = standingIn(rollout, question.appliance);
    if (standing === 'decides') {
      const chosen = byRollout(question, rollout);
      // Who has what an older rollout brings is told of the newer one that it waits for.
      const isThere = chosen.version === question.appliance.installed;
      return isThere && waitsFor ? { ...chosen, ...waitsFor } : chosen;
    }
    if (standing !== 'not_targeted') waitsFor ??= { reason: standing, rolloutId: rollout.id };
  }
  return ungoverned(question, waitsFor);
}

/** Whether a rollout is for an appliance at all, whatever the wave. */
function isTargeted(
  { targets }: Pick<RolloutRule, 'targets'>,
  { group, tags }: Pick<ChoosingAppliance, 'group' | 'tags'>,
): boolean {
  const byGroup = targets.groups.length === 0 || targets.groups.includes(group);
  return byGroup && (targets.tags.length === 0 || targets.tags.some((tag) => tags.includes(tag)));
}

/** Whether the open waves have reached the slot. The same is counted in SQL (store/sql/sql-rollouts.ts). */
export function isReached({ slotOffset, openPercent }: RolloutRule, slot: number): boolean {
  return (slot + slotOffset) % 10_000 < openPercent * 100;
}

function closestPin({ appliance, pins }: VersionQuestion): PinRule | undefined {
  const subjects = { appliance: [appliance.uid], tag: appliance.tags, group: [appliance.group] };
  for (const wanted of pinScopes) {
    const found = pins.find(({ scope, subject }) => scope === wanted && subjects[wanted].includes(subject));
    if (found) return found;
  }
  return undefined;
}

function standingIn(
  rollout: RolloutRule,
  appliance: ChoosingAppliance,
): 'decides' | 'not_targeted' | 'waiting_wave' | 'paused' | 'stopped' | 'aborted' {
  const { state, version } = rollout;
  if (!isTargeted(rollout, appliance)) return 'not_targeted';
  if (state === 'completed') return 'decides';
  const reached = isReached(rollout, appliance.slot);
  if (state === 'running') return reached ? 'decides' : 'waiting_wave';
  // What it has installed already stays; an older rollout must not take it back.
  return reached && appliance.installed === version ? 'decides' : state;
}

function byRollout(question: VersionQuestion, { id, version, kind }: RolloutRule): ChosenVersion {
  const { installed } = question.appliance;
  const isOlder = installed !== null && compareVersionsNewestFirst(installed, version) < 0;
  if (kind === 'rollback')
    return goTo(question, version, { reason: isOlder ? 'rolled_back' : 'rollout', rolloutId: id });
  if (isOlder) return keep(question, { reason: 'kept', rolloutId: id });
  return goTo(question, version, { reason: 'rollout', rolloutId: id });
}

/** No rollout decides. Until a product's first rollout its newest release counts; of later ones each needs a rollout. */
function ungoverned(
  question: VersionQuestion,
  waitsFor: Omit<ChosenVersion, 'version' | 'target'> | null,
): ChosenVersion {
  const { releases, rollouts, appliance } = question;
  const named = new Set(rollouts.map(({ version }) => version));
  const firstAtMs = Math.min(...rollouts.map(({ createdAtMs }) => createdAtMs));
  const free = releases.filter(
    ({ version, publishedAtMs }) => publishedAtMs < firstAtMs && !named.has(version),
  );
  const newest = newestOf(free);
  const why = waitsFor ?? { reason: rollouts.length === 0 ? 'free' : 'not_targeted', rolloutId: null };
  if (newest === undefined)
    return keep(question, releases.length === 0 ? { reason: 'no_release', rolloutId: null } : why);
  const { installed } = appliance;
  if (installed !== null && compareVersionsNewestFirst(installed, newest.version) <= 0)
    return keep(question, why);
  return goTo(question, newest.version, why);
}

/** The first step to a version: itself, or what it wants before it. Back to an older one there are no steps between. */
function goTo(
  question: VersionQuestion,
  target: string,
  why: Omit<ChosenVersion, 'version' | 'target'>,
): ChosenVersion {
  const { appliance, releases } = question;
  const { installed } = appliance;
  const release = releases.find(({ version }) => version === target);
  if (!release) return keep(question, { reason: 'no_release', rolloutId: why.rolloutId });
  if (installed === null || compareVersionsNewestFirst(installed, target) <= 0)
    return { version: target, target, ...why };
  const step = firstStep(release, installed, releases);
  if (step === null) return { ...keep(question, { reason: 'no_way', rolloutId: why.rolloutId }), target };
  if (step === target) return { version: target, target, ...why };
  return { version: step, target, reason: 'intermediate', rolloutId: why.rolloutId };
}

/** Looks backwards from the target: the fewest steps, and among these the newest versions. */
function firstStep(
  target: ChoosableRelease,
  installed: string,
  releases: readonly ChoosableRelease[],
): string | null {
  let reached: readonly ChoosableRelease[] = [target];
  const between = new Set(
    releases
      .filter(({ version }) => isNewer(version, installed) && isNewer(target.version, version))
      .toSorted((left, right) => compareVersionsNewestFirst(left.version, right.version)),
  );
  while (reached.length > 0) {
    const direct = reached.find(({ upgradeFrom }) => admits(upgradeFrom, installed));
    if (direct) return direct.version;
    const before = [...between].filter(({ version }) =>
      reached.some((next) => isNewer(next.version, version) && admits(next.upgradeFrom, version)),
    );
    for (const each of before) between.delete(each);
    reached = before;
  }
  return null;
}

function admits(range: string | null, version: string): boolean {
  return range === null || rangeAdmits(range, version);
}

function isNewer(version: string, than: string): boolean {
  return compareVersionsNewestFirst(version, than) < 0;
}

/** What is installed stays named while it is published, so that a wiped appliance gets it again. */
function keep(
  { appliance: { installed }, releases }: VersionQuestion,
  why: Omit<ChosenVersion, 'version' | 'target'>,
): ChosenVersion {
  const isThere = releases.some(({ version }) => version === installed);
  return { version: isThere ? installed : null, target: installed, ...why };
}

function newestOf(releases: readonly ChoosableRelease[]): ChoosableRelease | undefined {
  return releases.toSorted((left, right) => compareVersionsNewestFirst(left.version, right.version))[0];
}
