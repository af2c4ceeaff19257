// Which HTTP status goes with an error that the console shows. Called by console-errors.ts and upload-pieces.ts.
import type { RpcError } from '#commlink/rpc-error.ts';

/** The HTTP status for an RpcError that a page shows. */
export function statusOf(error: RpcError): number {
  if (error.code === 'not_found') return 404;
  if (error.code === 'conflict') return 409;
  if (error.code === 'forbidden') return 403;
  return error.code === 'refused' || error.code === 'bad_request' ? 422 : 503;
}
