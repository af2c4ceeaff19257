// Days and moments as mails write them: the same in all languages, and in UTC, for a mail does not know where it is read.

/** `2026-11-22`. */
export function dayOf(atMs: number): string {
  return new Date(atMs).toISOString().slice(0, 10);
}

/** `2026-11-22 13:08 UTC`. */
export function momentOf(atMs: number): string {
  return `${dayOf(atMs)} ${new Date(atMs).toISOString().slice(11, 16)} UTC`;
}
