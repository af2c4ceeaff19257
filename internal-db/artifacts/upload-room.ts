// Whether uploads fit on the disk: asked when one begins, for all that is promised to others by then, and again at each piece,
// since the disk is not theirs alone. Called by uploads.ts.
import { arrivedBytes } from '#commlink/artifacts/artifact-file.ts';
import { RpcError } from '#commlink/rpc-error.ts';
import { originFreeBytesMin } from '../limits.ts';
import type { ServiceContext } from '../service-context.ts';
import type { UploadRecord } from '../store/originals.ts';
import type { OriginFolder } from './origin-folder.ts';

/** What is promised to uploads of anybody that are under way is not given away twice. RpcError `overloaded`. */
export async function requireRoomForUpload(
  { store, artifacts: { folder } }: ServiceContext,
  sizeBytes: number,
): Promise<void> {
  const open = await store.read.originals.openUploads();
  const missingBytes = await Promise.all(open.map((upload) => missingBytesOf(folder, upload)));
  const promisedBytes = missingBytes.reduce((sum, bytes) => sum + bytes, 0);
  const freeBytes = (await folder.freeBytes()) - originFreeBytesMin - promisedBytes;
  if (sizeBytes <= freeBytes) return;
  const room = Math.max(0, freeBytes);
  throw new RpcError(
    'overloaded',
    `The file has ${sizeBytes} bytes, and there is room for ${room}. Free space on the database's disk.`,
  );
}

/** What is left free is left to the database. RpcError `overloaded`. */
export async function requireRoomForPiece({ artifacts: { folder } }: ServiceContext): Promise<void> {
  if ((await folder.freeBytes()) > originFreeBytesMin) return;
  throw new RpcError('overloaded', "The database's disk is nearly full. Free space on it, then go on.");
}

async function missingBytesOf(
  folder: OriginFolder,
  { id, sizeBytes, sha256 }: UploadRecord,
): Promise<number> {
  if (sha256 !== null) return 0;
  return Math.max(0, sizeBytes - ((await arrivedBytes(folder.arriving(id))) ?? 0));
}
