// What is kept of a beat: the newest one as a row, and the day's extremes. Pure. Called by record-beat.ts.
import { createHash } from 'node:crypto';
import type { Beat } from '#commlink/fleet/beat.ts';
import type { ApplianceDay, BeatRecord } from '../../store/fleet-beats.ts';
import { olderBootsMax } from '../limits.ts';

const dayMs = 86_400_000;

/** What came along with a beat. */
export interface BeatArrival {
  readonly atMs: number;
  readonly address: string;
}

/** The row that stands for the beat. */
export function composeBeatRecord(beat: Beat, known: BeatRecord, arrival: BeatArrival): BeatRecord {
  const { machine, plugins, problems, waiting, downloads } = beat;
  return {
    uid: known.uid,
    lastBeatAtMs: arrival.atMs,
    missingSinceMs: null,
    sentAtMs: beat.sentAtMs,
    counter: beat.counter,
    nonce: beat.nonce,
    bootId: beat.bootId,
    olderBoots: olderBootsAfter(beat, known),
    cause: beat.cause,
    address: arrival.address,
    agentVersion: beat.agentVersion,
    clockOffsetMs: Math.round(beat.clockOffsetMs),
    hardware: beat.hardware,
    stateDigest: digestState(beat),
    ...dayFigures(beat, known, arrival.atMs),
    machine: JSON.stringify(machine),
    report: JSON.stringify({ plugins, problems, waiting, downloads, catalog: beat.catalog }),
  };
}

/** The day that has ended with this beat; null when none has. */
export function endedDay(known: BeatRecord, atMs: number): ApplianceDay | null {
  if (known.dayBeatCount === 0 || known.day >= Math.floor(atMs / dayMs)) return null;
  return {
    uid: known.uid,
    day: known.day,
    beatCount: known.dayBeatCount,
    loadMaxPercent: known.dayLoadMaxPercent,
    memoryFreeMinBytes: known.dayMemoryFreeMinBytes,
    diskFreeMinBytes: known.dayDiskFreeMinBytes,
  };
}

/** Digest of what the appliance says is installed: most beats say what the one before has said. */
export function digestState({ installed, files }: Beat): string {
  return createHash('sha256')
    .update(JSON.stringify([installed, files]))
    .digest('base64url');
}

function olderBootsAfter({ bootId }: Beat, known: BeatRecord): readonly string[] {
  if (known.bootId === '' || known.bootId === bootId) return known.olderBoots;
  return [known.bootId, ...known.olderBoots].slice(0, olderBootsMax);
}

function dayFigures({ machine }: Beat, known: BeatRecord, atMs: number) {
  const day = Math.floor(atMs / dayMs);
  const isSameDay = known.day === day && known.dayBeatCount > 0;
  const loadPercent = Math.round(machine.loadAverage * 100);
  const { memoryFreeBytes, diskFreeBytes } = machine;
  return {
    day,
    dayBeatCount: isSameDay ? known.dayBeatCount + 1 : 1,
    dayLoadMaxPercent: isSameDay ? Math.max(known.dayLoadMaxPercent, loadPercent) : loadPercent,
    dayMemoryFreeMinBytes: isSameDay
      ? Math.min(known.dayMemoryFreeMinBytes, memoryFreeBytes)
      : memoryFreeBytes,
    dayDiskFreeMinBytes: isSameDay ? Math.min(known.dayDiskFreeMinBytes, diskFreeBytes) : diskFreeBytes,
  };
}
