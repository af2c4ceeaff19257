// A seed's schedule with one kind of trouble left, to see what that alone does to a protocol. Callers: the command.
import type { Schedule, Trouble } from './schedule.ts';

/** The kinds; `none` is one operator who changes settings in a calm network. */
export const troubleKinds = [
  'all',
  'none',
  'loss',
  'partitions',
  'crashes',
  'administrators',
  'membership',
] as const;
/** One of them. */
export type TroubleKind = (typeof troubleKinds)[number];

/** Between two changes of one operator, so that the first is through before the second. */
const pauseMin = 300;

/** The schedule with this kind of trouble, and no other. */
export function narrow(schedule: Schedule, kind: TroubleKind): Schedule {
  if (kind === 'all') return schedule;
  const calm =
    kind === 'loss' ? schedule : { ...schedule, lossPercent: 0, duplicationPercent: 0, delayMax: 5 };
  const changes = schedule.troubles.filter((trouble) => trouble.type === 'publish');
  const spaced = kind === 'administrators' ? changes : oneByOne(changes);
  const plain = kind === 'membership' ? spaced : spaced.map(toSettings);
  const others = schedule.troubles.filter(
    ({ type }) => (kind === 'crashes' && type === 'crash') || (kind === 'partitions' && type === 'partition'),
  );
  return { ...calm, troubles: [...plain, ...others] };
}

type Publication = Extract<Trouble, { type: 'publish' }>;

function oneByOne(changes: readonly Publication[]): Publication[] {
  const kept: Publication[] = [];
  for (const change of changes) if (change.at - (kept.at(-1)?.at ?? -pauseMin) >= pauseMin) kept.push(change);
  return kept;
}

function toSettings(change: Publication): Publication {
  return { ...change, change: 'settings' };
}
