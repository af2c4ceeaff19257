// The error class of artifact-file.ts, for its callers to turn into their own.

/**
 * - `wrong_offset`   the piece does not begin where the file ends
 * - `too_long`       more bytes came than were announced
 * - `digest_differs` the bytes are not those whose digest was announced
 * - `interrupted`    the sender went away
 * - `disk_full`      no space is left (ENOSPC, EDQUOT)
 * - `input_output`   anything else that the disk refused
 */
export type ArtifactFileErrorCode =
  'wrong_offset' | 'too_long' | 'digest_differs' | 'interrupted' | 'disk_full' | 'input_output';

/** `message` is a plain sentence without a path of this machine; `cause` is for the log. */
export class ArtifactFileError extends Error {
  readonly code: ArtifactFileErrorCode;

  constructor(code: ArtifactFileErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'ArtifactFileError';
    this.code = code;
  }
}

/** Names a disk's refusal. Errors that have a name already pass through. */
export function asArtifactFileError(error: unknown): ArtifactFileError {
  if (error instanceof ArtifactFileError) return error;
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return code === 'ENOSPC' || code === 'EDQUOT'
    ? new ArtifactFileError('disk_full', 'The disk is full. Free space on it, then go on.', { cause: error })
    : new ArtifactFileError('input_output', 'The disk refused. The log says why.', { cause: error });
}
