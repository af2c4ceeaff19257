// Whether a beat is news, is old, or shows that two machines have one identity. Pure. Called by take-beats.ts for beats whose
// signature has been verified: what is judged is the machine, not a forger.
//
// A counter on the appliance's disk grows with each beat, and a boot id is new at each start. A copy of the disk has the same
// counter, and both go on from there: the second to say a number is a stranger, and so is whoever comes with a boot id that
// another one has followed. The same text again, or an older message that came late, is neither. What can't be told from a late
// message is a copy that lags behind in number and in time: it is turned away, and found when it says a number that is the newest.
import type { Beat } from '#commlink/fleet/beat.ts';
import type { BeatRecord } from '../../store/fleet-beats.ts';

/**
 * - `news`      to be recorded
 * - `repeated`  the newest one again: answered again
 * - `stale`     older than the newest: turned away
 * - `cloned`    from a second machine
 */
export type BeatVerdict = 'news' | 'repeated' | 'stale' | 'cloned';

/** What of the newest beat is compared. */
export type KnownBeat = Pick<BeatRecord, 'counter' | 'nonce' | 'sentAtMs' | 'bootId' | 'olderBoots'>;

/** Judges. */
export function judgeBeat(
  beat: Pick<Beat, 'counter' | 'nonce' | 'sentAtMs' | 'bootId'>,
  known: KnownBeat,
): BeatVerdict {
  if (beat.nonce === known.nonce) return 'repeated';
  if (beat.counter > known.counter) return known.olderBoots.includes(beat.bootId) ? 'cloned' : 'news';
  // Two messages with one number: no machine says one twice, whatever its clock shows.
  if (beat.counter === known.counter) return 'cloned';
  // Its own sender says that it is older than what is known: it was on its way longer, or somebody has kept it.
  return beat.sentAtMs <= known.sentAtMs ? 'stale' : 'cloned';
}
