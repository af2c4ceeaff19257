// Removes originals that nothing needs any more: for so long as the setting says, no release but withdrawn ones has had the file. Its
// row is taken out, and noted as going, in one transaction; then the bytes are deleted; then the note. Whoever keeps the same file
// again puts its row before its bytes, and is refused while the note is there, so that no order of the steps deletes bytes that a row
// promises, and a death at any point leaves a note to go on from. Called on a schedule, which runs one round at a time: two rounds of one
// process would take each other's note for their own. The model is test/…/removal-model.test.ts.
import { appendAudit } from '../audit/append-audit.ts';
import { removalAdoptedAfterMs, removalsPerRoundMax } from '../limits.ts';
import type { ServiceContext } from '../service-context.ts';
import type { NotedRemoval } from '../store/original-removals.ts';
import { bucketPlace } from './configured-origin.ts';

type RemovalContext = Pick<
  ServiceContext,
  'store' | 'clock' | 'log' | 'documents' | 'artifacts' | 'settings'
>;

/** One round; what is left waits for the next. The folder of each internal-db is its own to look after, the bucket the leader's. */
export async function removeOriginals(context: RemovalContext): Promise<void> {
  const { originalsUnusedMs } = context.settings();
  if (originalsUnusedMs === null) return;
  const beforeMs = context.clock.nowMs() - originalsUnusedMs;
  if (context.store.leadership.isOurs) {
    await takeOutUnneeded(context, beforeMs);
    await adoptLeft(context);
  }
  await noteUnknownFiles(context, beforeMs);
  await carryOut(context);
}

/** Asked again within the transaction: what nothing needs may be needed again by then. */
async function takeOutUnneeded(context: RemovalContext, beforeMs: number): Promise<void> {
  const { store, clock, documents, artifacts, log } = context;
  const nodeIds = documents.ftpNodes().map(({ id }) => id);
  const wanted = { beforeMs, nodeIds, limit: removalsPerRoundMax };
  if ((await store.read.originalRemovals.unneeded(wanted)).length === 0) return;
  const atMs = clock.nowMs();
  const { place, node: remover } = artifacts.originals;
  const taken = await store.transaction(async (transaction) => {
    const files = await transaction.originalRemovals.unneeded(wanted);
    for (const { sha256 } of files) {
      await transaction.originalRemovals.takeOut(sha256, atMs);
      await transaction.originalRemovals.noteRemoval({ sha256, place, remover, notedAtMs: atMs });
    }
    const sizeBytes = files.reduce((sum, file) => sum + file.sizeBytes, 0);
    const detail = { fileCount: files.length, sizeBytes, files: files.map(({ sha256 }) => sha256) };
    const event = { atMs, actor: 'internal-db', action: 'originals.remove', subject: 'originals' };
    if (files.length > 0) await appendAudit(transaction, { ...event, detail });
    return detail;
  });
  log.info(taken, 'originals that nothing needs any more are removed');
}

/** What another leader has left in the bucket. It renews its note before each deletion, which takes no longer than that. */
async function adoptLeft({ store, clock, artifacts }: RemovalContext): Promise<void> {
  const atMs = clock.nowMs();
  const beforeMs = atMs - removalAdoptedAfterMs;
  const adopted = { place: bucketPlace, remover: artifacts.originals.node, beforeMs, atMs };
  await store.transaction((transaction) => transaction.originalRemovals.adoptRemovals(adopted));
}

/** Files of this folder that no row has: of an original that another internal-db took out, or that a restored database does not know. */
async function noteUnknownFiles(context: RemovalContext, beforeMs: number): Promise<void> {
  const { store, clock, artifacts } = context;
  const remover = artifacts.originals.node;
  const old = await artifacts.folder.artifactsBefore(beforeMs);
  for (let index = 0; index < old.length; index += removalsPerRoundMax) {
    const page = old.slice(index, index + removalsPerRoundMax);
    const known = await store.read.originalRemovals.knownOf(page);
    if (known.length === page.length) continue;
    await store.transaction(async ({ originalRemovals }) => {
      const stillKnown = new Set(await originalRemovals.knownOf(page));
      for (const sha256 of page)
        if (!stillKnown.has(sha256))
          await originalRemovals.noteRemoval({ sha256, place: remover, remover, notedAtMs: clock.nowMs() });
    });
  }
}

/** The bucket's wait while none is configured. */
async function carryOut(context: RemovalContext): Promise<void> {
  const { store, artifacts, log } = context;
  const { node, place } = artifacts.originals;
  const noted = await store.read.originalRemovals.removalsBy(node, [node, place], removalsPerRoundMax);
  for (const removal of noted) {
    try {
      await deleteNoted(context, removal);
    } catch (error) {
      log.warn({ sha256: removal.sha256, err: error }, 'an original could not be removed; tried again later');
    }
  }
}

async function deleteNoted(
  { store, clock, artifacts }: RemovalContext,
  removal: NotedRemoval,
): Promise<void> {
  const isOurs = await store.transaction((transaction) =>
    transaction.originalRemovals.renewRemoval(removal, clock.nowMs()),
  );
  if (!isOurs) return;
  await artifacts.originals.removeAt(removal.place, removal.sha256);
  await store.transaction((transaction) => transaction.originalRemovals.forgetRemoval(removal));
}
