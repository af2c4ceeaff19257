// How fast a download runs, from what successive answers say that it has reached. Reports of the node come in steps, so
// that a speed is kept until the next step instead of falling to nothing in between.

interface Sample {
  readonly reachedBytes: number;
  readonly atMs: number;
  readonly bytesPerSecond: number | null;
}

/** The speeds of the downloads of one page. */
export class SpeedMeter {
  readonly #samples = new Map<string, Sample>();

  /** Takes what a download has reached now; returns bytes a second, null as long as there is nothing to compare. */
  measure(download: string, reachedBytes: number): number | null {
    const atMs = performance.now();
    const last = this.#samples.get(download);
    if (last && reachedBytes <= last.reachedBytes) return last.bytesPerSecond;
    const bytesPerSecond = last ? ((reachedBytes - last.reachedBytes) * 1000) / (atMs - last.atMs) : null;
    this.#samples.set(download, { reachedBytes, atMs, bytesPerSecond });
    return bytesPerSecond;
  }
}
