// What was served under which version, as seen from outside, and whether it contradicts "one version serves at a time".
// An observation says only that a node served at some moment between two others, so nothing is concluded from two of them
// that overlap: what is reported has certainly happened. Callers: the test of seven processes.

/** A node admitted a client under the version numbered `seq`, at some moment from `startMs` to `endMs`, of one clock. */
export interface ServingObservation {
  readonly node: string;
  readonly seq: number;
  readonly startMs: number;
  readonly endMs: number;
}

/** The observations of one version that say the most. */
interface Extremes {
  /** It had begun to serve when this one ended. */
  firstEnded: ServingObservation;
  /** It still served when this one began. */
  lastStarted: ServingObservation;
}

/** All that was seen. */
export class ServingRecord {
  readonly #bySeq = new Map<number, Extremes>();
  /** How many observations there are. */
  count = 0;

  /** Enters an observation, in any order. */
  note(seen: ServingObservation): void {
    this.count += 1;
    const known = this.#bySeq.get(seen.seq);
    if (!known) {
      this.#bySeq.set(seen.seq, { firstEnded: seen, lastStarted: seen });
      return;
    }
    if (seen.endMs < known.firstEnded.endMs) known.firstEnded = seen;
    if (seen.startMs > known.lastStarted.startMs) known.lastStarted = seen;
  }

  /** How many versions were seen to serve. */
  get versionCount(): number {
    return this.#bySeq.size;
  }

  /** One line for each version that was certainly served after a later one had begun. */
  contradictions(): string[] {
    const versions = [...this.#bySeq].toSorted(([left], [right]) => left - right);
    return versions.flatMap(([, { lastStarted }], index) =>
      versions
        .slice(index + 1)
        .map(([, { firstEnded }]) => firstEnded)
        .filter(({ endMs }) => endMs < lastStarted.startMs)
        .map((newer) => {
          const byMs = (lastStarted.startMs - newer.endMs).toFixed(1);
          return `${lastStarted.node} served version ${lastStarted.seq} ${byMs} ms or more after ${newer.node} had served version ${newer.seq}`;
        }),
    );
  }
}
