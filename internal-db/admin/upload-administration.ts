// Uploads of the command line, over the administration socket: the same uploads as the console's, in pieces that fit a message.
import type { ParamsOf, ResultOf } from '#commlink/method-table.ts';
import type { uploadMethods } from '#commlink/methods/upload-methods.ts';
import { finishUpload } from '../artifacts/finish-upload.ts';
import { appendToUpload, beginUpload, findUpload } from '../artifacts/uploads.ts';
import type { ServiceContext } from '../service-context.ts';

type Table = typeof uploadMethods;

/** `upload.begin`. */
export async function beginSending(
  context: ServiceContext,
  { actor, name, sizeBytes, sha256 }: ParamsOf<Table, 'upload.begin'>,
): Promise<ResultOf<Table, 'upload.begin'>> {
  const fingerprint = `sha256:${sha256}`;
  const wanted = { startedBy: actor, name, sizeBytes, fingerprint, releaseFile: null };
  const { upload, offsetBytes } = await beginUpload(context, wanted);
  return { upload: upload.id, offsetBytes };
}

/** `upload.append`. */
export async function appendPieceSent(
  context: ServiceContext,
  { actor, upload: id, offsetBytes, piece }: ParamsOf<Table, 'upload.append'>,
): Promise<ResultOf<Table, 'upload.append'>> {
  const { upload } = await findUpload(context, actor, id);
  const content = piecesOf(Buffer.from(piece, 'base64url'));
  return { offsetBytes: await appendToUpload(context, upload, { offsetBytes, content, sha256: null }) };
}

/** `upload.finish`. */
export async function finishSending(
  context: ServiceContext,
  { actor, upload }: ParamsOf<Table, 'upload.finish'>,
): Promise<ResultOf<Table, 'upload.finish'>> {
  return await finishUpload(context, actor, upload);
}

async function* piecesOf(piece: Uint8Array): AsyncGenerator<Uint8Array> {
  if (piece.length > 0) yield piece;
}
