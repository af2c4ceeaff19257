// `consign storeroom status`, `verify` and `gc`: what this machine's FTP node keeps on its disk, whether it is still what it was, and
// what may go.
import { CliError } from '../cli-error.ts';
import type { CommandSpec, Invocation } from '../command-spec.ts';
import { IngestClient, type StoreroomDescription, type VerifiedStoreroom } from '../http/ingest-client.ts';
import { formatBytes, formatCount } from '../text.ts';

/** `consign storeroom status`. */
export const storeroomStatus: CommandSpec = {
  examples: [['storeroom status', 'how much there is, how much may be dropped, what was found damaged']],
  run: async (invocation) => {
    const status = await withStoreroom(invocation, (storeroom) => storeroom.describe());
    invocation.answer(status, () => describeStatus(status));
  },
};

/** `consign storeroom verify`. */
export const storeroomVerify: CommandSpec = {
  examples: [
    [
      'storeroom verify',
      'reads every file; one that is damaged is put aside, and fetched again where it can be',
    ],
  ],
  run: async (invocation) => {
    const nothing: VerifiedStoreroom = { checkedCount: 0, checkedBytes: 0, totalCount: 0, damaged: [] };
    const verified = await withStoreroom(invocation, async (storeroom) => {
      let last = nothing;
      for await (const progress of storeroom.verify()) last = progress;
      return last;
    });
    if (verified.checkedCount < verified.totalCount)
      throw new CliError('failed', 'The FTP node stopped before all was read. Verify again.');
    if (verified.damaged.length > 0) invocation.setFailed();
    invocation.answer(verified, () => describeVerified(verified));
  },
};

/** `consign storeroom gc`. */
export const storeroomGc: CommandSpec = {
  examples: [
    [
      'storeroom gc',
      'drops what was fetched, is not placed here and is not staged; it is fetched again when wanted',
    ],
  ],
  run: async (invocation) => {
    const dropped = await withStoreroom(invocation, (storeroom) => storeroom.collectGarbage());
    invocation.answer(
      dropped,
      () => `Dropped ${formatCount(dropped.count, 'file')}, ${formatBytes(dropped.bytes)}.`,
    );
  },
};

/** Speaks with this machine's storeroom. Called by storeroom-quarantine.ts too. */
export async function withStoreroom<T>(
  { layout }: Invocation,
  work: (storeroom: IngestClient) => Promise<T>,
): Promise<T> {
  const storeroom = new IngestClient(layout);
  try {
    return await work(storeroom);
  } finally {
    await storeroom.close();
  }
}

function describeStatus(status: StoreroomDescription): string {
  const { fetched } = status;
  return [
    `artifacts    ${status.artifactCount}, ${formatBytes(status.totalBytes)}; ${formatBytes(status.freeBytes)} free`,
    `fetched      ${fetched.count}, ${formatBytes(fetched.bytes)}; the rest was put here by hand`,
    `droppable    ${fetched.droppableCount}, ${formatBytes(fetched.droppableBytes)}`,
    `staged       ${status.stagedCount} deliveries`,
    `quarantined  ${status.quarantinedCount}`,
  ].join('\n');
}

function describeVerified({ checkedCount, checkedBytes, damaged }: VerifiedStoreroom): string {
  const read = `Read ${formatCount(checkedCount, 'file')}, ${formatBytes(checkedBytes)}`;
  if (damaged.length === 0) return `${read}: all as they should be.`;
  const lines = damaged.map((sha256) => `  ${sha256}`);
  return [`${read}; damaged, put aside and ordered again where internal-db keeps them:`, ...lines].join('\n');
}
