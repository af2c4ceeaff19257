// A piece of an upload as HTTP has it: the headers of the IETF's resumable uploads (draft-ietf-httpbis-resumable-upload) and of
// RFC 9530 (Content-Digest), and the body as a stream. Called for the console's page (upload-pieces.ts) and its API
// (upload-piece-route.ts), once they know who sends; what a piece does is done by artifacts/.
import type { Readable } from 'node:stream';
import { Bytes } from '#commlink/methods/fields.ts';
import { RpcError } from '#commlink/rpc-error.ts';
import { compileSchema } from '#commlink/schema.ts';
import { appendToUpload, findUpload, type UploadStanding } from '../../artifacts/uploads.ts';
import type { ServiceContext } from '../../service-context.ts';
import type { ConsoleRequest } from '../console-app.ts';
import { uploadTexts } from '../texts/console-texts.ts';
import { allowLongRequest } from '../request-time.ts';

/** The media type of a piece. */
export const pieceMediaType = 'application/partial-upload';

const sizeCheck = compileSchema('size', Bytes);

/**
 * Appends the body of a request by the one who began the upload; the body must be handed over as a stream. RpcError
 * `bad_request`: the headers; `not_found`; else as `appendToUpload`.
 */
export async function takePiece(
  context: ServiceContext,
  request: ConsoleRequest,
  { startedBy, id }: { startedBy: string; id: string },
): Promise<UploadStanding> {
  allowLongRequest(request.raw);
  if (!String(request.headers['content-type']).startsWith(pieceMediaType))
    throw new RpcError('bad_request', uploadTexts.mediaType(pieceMediaType));
  const { upload } = await findUpload(context, startedBy, id);
  const offsetBytes = await appendToUpload(context, upload, {
    offsetBytes: parseByteCount(headerOf(request, 'upload-offset')),
    content: request.body as Readable,
    sha256: parseDigest(headerOf(request, 'content-digest')),
  });
  return { upload, offsetBytes };
}

/** How far an upload is, as headers. */
export function standingHeaders({ upload, offsetBytes }: UploadStanding): Record<string, string> {
  return {
    'upload-offset': String(offsetBytes),
    'upload-length': String(upload.sizeBytes),
    'upload-complete': offsetBytes === upload.sizeBytes ? '?1' : '?0',
  };
}

/** A count of bytes in a field or header. RpcError `refused`. */
export function parseByteCount(text: string): number {
  const count = /^\d{1,16}$/.test(text) ? Number(text) : NaN;
  if (sizeCheck.matches(count)) return count;
  throw new RpcError('refused', uploadTexts.notBytes);
}

function headerOf(request: ConsoleRequest, name: string): string {
  const value = request.headers[name];
  return typeof value === 'string' ? value : '';
}

/** RFC 9530: `sha-256=:<base64>:`. Null where there is none. */
function parseDigest(field: string): string | null {
  if (field === '') return null;
  const [, digest] = /^sha-256=:([A-Za-z0-9+/]{43}=):$/.exec(field) ?? [];
  if (digest === undefined) throw new RpcError('bad_request', uploadTexts.digest);
  return Buffer.from(digest, 'base64').toString('hex');
}
