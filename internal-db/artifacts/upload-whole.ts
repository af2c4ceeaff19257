// An upload in one go, whose length is known only at its end: a form that was sent without a script. What broke off is removed.
// Called by the console's upload page.
import { randomUUID } from 'node:crypto';
import type { ServiceContext } from '../service-context.ts';
import type { ReleaseFile } from '../store/originals.ts';
import { finishUpload } from './finish-upload.ts';
import { abandonUpload, appendToUpload, beginUpload } from './uploads.ts';

/** `sizeBytesMax` is what the request announced, which the file can't be longer than. */
export interface WholeFile {
  readonly startedBy: string;
  readonly name: string;
  readonly sizeBytesMax: number;
  readonly releaseFile: ReleaseFile;
  readonly content: AsyncIterable<Uint8Array>;
}

/** Takes the file in and adds it to its release. RpcError as for the steps of any upload. */
export async function uploadWhole(
  context: ServiceContext,
  { content, sizeBytesMax, ...file }: WholeFile,
): Promise<{ sha256: string }> {
  const fingerprint = `form:${randomUUID()}`;
  const { upload } = await beginUpload(context, { ...file, fingerprint, sizeBytes: sizeBytesMax });
  try {
    const sizeBytes = await appendToUpload(context, upload, { offsetBytes: 0, content, sha256: null });
    await context.store.transaction((transaction) =>
      transaction.originals.setUploadSize(upload.id, sizeBytes),
    );
    return await finishUpload(context, file.startedBy, upload.id);
  } catch (error) {
    await abandonUpload(context, upload);
    throw error;
  }
}
