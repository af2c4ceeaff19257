// The table of the links' key bags for people. Pure. Caller: `consign bag status`.
import type { BagStatus } from '#commlink/operator/bag-status.ts';
import { formatSpan, formatTable, formatTime } from '../text.ts';

/** The table of `consign bag status`. */
export function describeBags(bags: readonly BagStatus[], nowMs: number): string {
  return formatTable(
    ['link', 'uses', 'takes', 'age', 'due', 'in use'],
    bags.map((bag) => [
      `${bag.from} → ${bag.to}`,
      `g${bag.send}`,
      bag.accept.map((generation) => `g${generation}`).join(' '),
      formatSpan(nowMs - bag.sendSinceMs),
      describeDue(bag, nowMs),
      bag.inUse.map(({ generation, count }) => `g${generation} × ${count}`).join(', ') || 'none',
    ]),
  );
}

function describeDue({ dueAtMs }: BagStatus, nowMs: number): string {
  if (dueAtMs === null) return 'never';
  return dueAtMs <= nowMs ? `NOW (since ${formatSpan(nowMs - dueAtMs)})` : formatTime(dueAtMs);
}
