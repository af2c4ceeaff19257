// What the command line may ask about files that it sends to internal-db piece by piece, over the administration socket. A file
// becomes part of a release by `release.publish`, as one that is in a storeroom does. Spread into adminMethods.
import { method } from '../method-table.ts';
import { Type, strictObject } from '../schema.ts';
import { Bytes, FileName, Id, Sha256 } from './fields.ts';

/** Bytes of one piece. */
export const uploadPieceBytesMax = 1024 * 1024;

const Actor = Type.String({ minLength: 1, maxLength: 128 });
const Piece = Type.String({ maxLength: Math.ceil(uploadPieceBytesMax / 3) * 4, pattern: '^[A-Za-z0-9_-]*$' });
/** Finishing reads all of the file once more. */
const finishDeadlineMs = 3_600_000;
const write = { callers: ['operator'] as const, deadlineMs: 60_000, mutates: true };

/** The rows. */
export const uploadMethods = {
  /** Begins, or finds what this actor has begun of the same file; `offsetBytes` have arrived. */
  'upload.begin': method({
    ...write,
    params: strictObject({ actor: Actor, name: FileName, sizeBytes: Bytes, sha256: Sha256 }),
    result: strictObject({ upload: Id, offsetBytes: Bytes }),
  }),
  /** Appends a piece, base64url; the RpcError `conflict` when it does not begin where the file ends. */
  'upload.append': method({
    ...write,
    params: strictObject({ actor: Actor, upload: Id, offsetBytes: Bytes, piece: Piece }),
    result: strictObject({ offsetBytes: Bytes }),
  }),
  /** Keeps the whole file; the nodes fetch it from then on. */
  'upload.finish': method({
    ...write,
    deadlineMs: finishDeadlineMs,
    params: strictObject({ actor: Actor, upload: Id }),
    result: strictObject({ sha256: Sha256 }),
  }),
} as const;
