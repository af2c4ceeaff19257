// Reads every artifact of the storeroom again and compares it with its name. One whose bytes are others is put aside before anybody else
// is given it: its deliveries end as failed and their transfers are cut, and internal-db is told, which has it fetched again. Callers:
// `consign storeroom verify`, check-storeroom.ts on its schedule, and staging.ts for one whose length alone is wrong.
import { digestFile } from '#commlink/artifacts/artifact-file.ts';
import type { StagerContext } from '../stager/stager-context.ts';
import { unlinkUnlessLive } from '../stager/unstaging.ts';
import { noteLost } from './report-lost.ts';

/** How far it is. `damaged` are digests. */
export interface VerifiedStoreroom {
  readonly checkedCount: number;
  readonly checkedBytes: number;
  readonly totalCount: number;
  readonly damaged: readonly string[];
}

const explanation = 'The file was found damaged on its download server. Ask for it again.';

/** Tells after each artifact. Stops when `signal` aborts. Throws ArtifactFileError and FtpNodeError `input_output`. */
export async function* verifyStoreroom(
  context: StagerContext,
  signal: AbortSignal,
): AsyncGenerator<VerifiedStoreroom> {
  const digests = [...context.storeroom.digests()];
  const damaged: string[] = [];
  let checkedBytes = 0;
  for (const [index, sha256] of digests.entries()) {
    if (signal.aborted) return;
    const bytes = await verifyArtifact(context, sha256);
    if (bytes === null) damaged.push(sha256);
    checkedBytes += bytes ?? 0;
    yield { checkedCount: index + 1, checkedBytes, totalCount: digests.length, damaged };
  }
}

/** The bytes that were read; null: it is damaged, and was put aside. Throws as above; `pace` may end it so. */
export async function verifyArtifact(
  context: StagerContext,
  sha256: string,
  pace?: (bytes: number) => Promise<void>,
): Promise<number | null> {
  const bytes = await readInodes(context, sha256, pace);
  if (bytes === null) await quarantineArtifact(context, sha256);
  return bytes;
}

/** Puts it aside, ends its deliveries and has internal-db told. */
export async function quarantineArtifact(context: StagerContext, sha256: string): Promise<void> {
  const { ledger, deliveries, outbox, storeroom, log, now } = context;
  const ended = ledger.transaction(() => {
    const live = deliveries.ofArtifact(sha256);
    for (const { delivery } of live) {
      deliveries.remove(delivery);
      outbox.add({ type: 'delivery.failed', delivery, explanation }, now());
    }
    noteLost(context, sha256, 'damaged');
    storeroom.quarantine(sha256);
    return live;
  });
  for (const { account, path } of ended) unlinkUnlessLive(context, account, path);
  context.wakeSender();
  log.error({ sha256, deliveryCount: ended.length }, 'an artifact is damaged, and was put aside');
  await context.cutDeliveries(ended.map(({ delivery }) => delivery));
}

/** The bytes of all its inodes; null when one is not what its name says. One that was dropped meanwhile has none. */
async function readInodes(
  { storeroom }: StagerContext,
  sha256: string,
  pace?: (bytes: number) => Promise<void>,
): Promise<number | null> {
  let bytes = 0;
  for (const { file, stats } of storeroom.inodesOf(sha256)) {
    const digest = await digestFile(file, pace).catch((error: unknown) => {
      if (storeroom.inodesOf(sha256).length === 0) return sha256;
      throw error;
    });
    if (digest !== sha256) return null;
    bytes += Number(stats.size);
  }
  return bytes;
}
