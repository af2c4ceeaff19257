// Sends files to this machine's storeroom, or to internal-db for all download servers, and records them as a release. What can't be
// published is refused before a byte is sent; a release appears with all its files or not at all. Called by publish and package sign.
import { existsSync } from 'node:fs';
import { digestFile } from '#commlink/artifacts/artifact-file.ts';
import { mediaTypeOf } from '#commlink/media-type.ts';
import type { ResultOf } from '#commlink/method-table.ts';
import type { adminMethods } from '#commlink/methods/admin-methods.ts';
import { CliError } from './cli-error.ts';
import type { Invocation } from './command-spec.ts';
import { IngestClient } from './http/ingest-client.ts';
import { parseSlug } from './names.ts';
import { createProgressBars, stepsOf } from './progress.ts';
import { sendOriginal, type FileToSend } from './send-original.ts';

interface PublishedFile {
  readonly name: string;
  readonly sizeBytes: number;
  readonly sha256: string;
  readonly platform: string | null;
  readonly mediaType: string;
}

type PublishedName = Pick<PublishedFile, 'name' | 'sizeBytes' | 'sha256'>;

/** The release, with all its files. */
export type PublishedRelease = ResultOf<typeof adminMethods, 'release.publish'>;

/** What is to be published. */
export interface Publication {
  readonly product: string;
  readonly version: string;
  /** Null: the release's own, or stable. */
  readonly channel: string | null;
  readonly platform: string | null;
  readonly draft: boolean;
  readonly files: readonly FileToSend[];
  /** Whether internal-db shall keep them although there is a storeroom here. */
  readonly isKept: boolean;
}

/** Publishes. Throws CliError `conflict` for another file of a name that is there, RpcError. */
export async function publishFiles(invocation: Invocation, wanted: Publication): Promise<PublishedRelease> {
  const { product, version, platform, draft, files } = wanted;
  const names = files.map(({ name }) => name);
  const before = await invocation.withAdmin((admin) =>
    admin.call('release.preflight', { product, version, files: names }),
  );
  for (const known of before.present) await requireSameContent(files, known, `${product}/${version}`);
  const channel = parseSlug(wanted.channel ?? before.channel ?? 'stable', 'channel');
  const hasStoreroom = existsSync(invocation.layout.ingestSocket);
  const isKept = wanted.isKept || before.keepOriginals || !hasStoreroom;
  if (!hasStoreroom)
    invocation.note(
      'This machine has no storeroom: internal-db keeps the files, and the download servers fetch them.',
    );
  const sent = await sendAll(invocation, { files, platform, isKept });
  const { actor } = invocation;
  return await invocation.withAdmin((admin) =>
    admin.call('release.publish', { actor, product, version, channel, draft, files: sent }),
  );
}

/** A file that the release has already may be sent again, to put back what the storeroom lost; it must be the same. */
async function requireSameContent(
  files: readonly FileToSend[],
  known: PublishedName,
  release: string,
): Promise<void> {
  const file = files.find(({ name }) => name === known.name);
  if (file?.sizeBytes === known.sizeBytes && (await digestFile(file.path)) === known.sha256) return;
  throw new CliError(
    'conflict',
    `${release} has another file ${known.name} already, and published files never change. Publish under a new version.`,
  );
}

async function sendAll(
  invocation: Invocation,
  sending: { files: readonly FileToSend[]; platform: string | null; isKept: boolean },
): Promise<PublishedFile[]> {
  const { files, platform, isKept } = sending;
  const bars = createProgressBars(invocation.terminal, { show: !invocation.json });
  const storeroom = isKept ? null : new IngestClient(invocation.layout);
  try {
    const sent: PublishedFile[] = [];
    // One after the other: the disk is the bound, and a failure leaves fewer files that nobody refers to.
    for (const file of files) {
      const progress = bars.add(file.name, file.sizeBytes);
      const { sha256, sizeBytes } =
        storeroom === null
          ? await sendOriginal(invocation, file, stepsOf(progress))
          : await storeroom.put({ ...file, onBytes: progress.advance });
      sent.push({ name: file.name, sizeBytes, sha256, platform, mediaType: mediaTypeOf(file.name) });
    }
    return sent;
  } finally {
    bars.stop();
    await storeroom?.close();
  }
}
