// Turns what the disk said about an arriving file into what a caller is told. Called by uploads.ts and finish-upload.ts.
import { ArtifactFileError } from '#commlink/artifacts/artifact-file-error.ts';
import { RpcError } from '#commlink/rpc-error.ts';

const rpcCodes = {
  wrong_offset: 'conflict',
  too_long: 'refused',
  digest_differs: 'refused',
  interrupted: 'unavailable',
  disk_full: 'overloaded',
  input_output: 'internal',
} as const;

/** Runs `work`; an ArtifactFileError leaves it as an RpcError. */
export async function explainArtifactError<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (!(cause instanceof ArtifactFileError)) throw cause;
    throw new RpcError(rpcCodes[cause.code], cause.message, { cause });
  }
}
