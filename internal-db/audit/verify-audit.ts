// Recomputes the whole audit chain, a page at a time, so that a long log needs little memory and other calls go on.
// Called for `audit.verify` and the console. It can't notice that the whole file was replaced by a shorter, consistent
// one: for that, an operator notes the head's hash elsewhere now and then.
import { setImmediate as nextTurn } from 'node:timers/promises';
import { auditPageMax } from '../limits.ts';
import type { StoreReads } from '../store/store.ts';
import { chainTexts } from '../texts/service-texts.ts';
import { chainStartHash, hashAuditEntry } from './audit-chain.ts';

/** What was found. `brokenAt` is the first sequence number that does not fit; null when all do. */
export interface AuditVerdict {
  readonly intact: boolean;
  readonly entryCount: number;
  readonly headHash: string | null;
  readonly brokenAt: number | null;
  /** Read in the language that is spoken then. */
  readonly explanation: string;
}

/** Verifies entries 1 to the newest, and that the newest is the head that was noted with it. */
export async function verifyAudit(store: StoreReads, signal?: AbortSignal): Promise<AuditVerdict> {
  // The head is read first: entries that are appended meanwhile come after it.
  const noted = await readNotedHead(store);
  let previousHash = chainStartHash;
  let sequence = 0;
  for (;;) {
    signal?.throwIfAborted();
    const page = await store.audit.after(sequence, auditPageMax);
    if (page.length === 0) break;
    for (const entry of page) {
      const expected = sequence + 1;
      if (entry.sequence !== expected) return broken(expected, () => chainTexts.missing(expected));
      if (hashAuditEntry(entry, previousHash) !== entry.hash) {
        return broken(expected, () => chainTexts.changed(expected));
      }
      if (expected === noted.sequence && entry.hash !== noted.hash) {
        return broken(expected, () => chainTexts.rewritten(expected));
      }
      sequence = entry.sequence;
      previousHash = entry.hash;
    }
    await nextTurn();
  }
  if (sequence < noted.sequence) {
    return broken(sequence + 1, () => chainTexts.cut(sequence, noted.sequence));
  }
  return {
    intact: true,
    entryCount: sequence,
    headHash: sequence === 0 ? null : previousHash,
    brokenAt: null,
    get explanation() {
      return sequence === 0 ? chainTexts.empty : chainTexts.whole(sequence);
    },
  };
}

/** Sequence number and hash of one and the same head, whatever is appended meanwhile. */
async function readNotedHead(store: StoreReads): Promise<{ sequence: number; hash: string | undefined }> {
  for (;;) {
    const sequence = await store.settings.get('audit_head_sequence');
    const hash = await store.settings.get('audit_head_hash');
    if ((await store.settings.get('audit_head_sequence')) === sequence) {
      return { sequence: Number(sequence ?? 0), hash };
    }
  }
}

function broken(brokenAt: number, explain: () => string): AuditVerdict {
  return {
    intact: false,
    entryCount: brokenAt - 1,
    headHash: null,
    brokenAt,
    get explanation() {
      return explain();
    },
  };
}
