// Whether uploads fit on the disk: asked when one begins, for all that is promised to others by then, and again at each piece,
// since the disk is not theirs alone. Called by uploads.ts.
import { arrivedBytes } from '#commlink/artifacts/artifact-file.ts';
import { RpcError } from '#commlink/rpc-error.ts';
import { originFreeBytesMin } from '../limits.ts';
import type { ServiceContext } from '../service-context.ts';
import type { UploadRecord } from '../store/originals.ts';
import { catalogRefusals } from '../texts/service-texts.ts';
import type { OriginFolder } from './origin-folder.ts';

/** What was free on the disk at one moment, and what the uploads that were under way had still to send, by id. */
export interface MeasuredRoom {
  readonly freeBytes: number;
  readonly missingBytes: ReadonlyMap<string, number>;
}

/** Looks at the disk, which a transaction has no time for. */
export async function measureRoom({ store, artifacts: { folder } }: ServiceContext): Promise<MeasuredRoom> {
  const open = await store.read.originals.openUploads();
  const missing = open.map(async (upload): Promise<[string, number]> => [
    upload.id,
    await missingBytesOf(folder, upload),
  ]);
  return { missingBytes: new Map(await Promise.all(missing)), freeBytes: await folder.freeBytes() };
}

/** What is promised to uploads of anybody that are open now is not given away twice. RpcError `overloaded`. */
export function requireRoomForUpload(
  measured: MeasuredRoom,
  open: readonly UploadRecord[],
  sizeBytes: number,
): void {
  // Who was not there yet when it was measured has sent nothing.
  const promisedBytes = open.reduce(
    (sum, { id, sizeBytes: whole }) => sum + (measured.missingBytes.get(id) ?? whole),
    0,
  );
  const freeBytes = measured.freeBytes - originFreeBytesMin - promisedBytes;
  if (sizeBytes <= freeBytes) return;
  const room = Math.max(0, freeBytes);
  throw new RpcError('overloaded', catalogRefusals.noRoomFor(sizeBytes, room));
}

/** What is left free is left to the database. RpcError `overloaded`. */
export async function requireRoomForPiece({ artifacts: { folder } }: ServiceContext): Promise<void> {
  if ((await folder.freeBytes()) > originFreeBytesMin) return;
  throw new RpcError('overloaded', catalogRefusals.diskNearlyFull);
}

async function missingBytesOf(
  folder: OriginFolder,
  { id, sizeBytes, sha256 }: UploadRecord,
): Promise<number> {
  if (sha256 !== null) return 0;
  return Math.max(0, sizeBytes - ((await arrivedBytes(folder.arriving(id))) ?? 0));
}
