// The one error class of the stager: what went wrong with the storeroom, the accounts directory or the ledger.
// Callers: the stager's files; the doors turn the code into a staging failure or an HTTP status.

/**
 * - `disk_full`          no space or no inode is left (ENOSPC, EDQUOT, SQLITE_FULL)
 * - `other_file_system`  storeroom and accounts directory are not on one file system (EXDEV)
 * - `artifact_missing`   the storeroom has no such artifact
 * - `artifact_damaged`   what is there is not what was recorded
 * - `path_taken`         another file is staged at this place
 * - `interrupted`        the sender went away before the artifact was whole
 * - `input_output`       anything else that the disk refused
 */
export type FtpNodeErrorCode =
  | 'disk_full'
  | 'other_file_system'
  | 'artifact_missing'
  | 'artifact_damaged'
  | 'path_taken'
  | 'interrupted'
  | 'input_output';

/** `message` is a plain sentence that says what to do, without a path of this machine; `cause` is for the log. */
export class FtpNodeError extends Error {
  readonly code: FtpNodeErrorCode;

  constructor(code: FtpNodeErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'FtpNodeError';
    this.code = code;
  }
}

/** The `code` of a system error ("ENOENT"), or undefined for anything else. */
export function systemCodeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

/** SQLITE_FULL (sqlite.org/rescode.html). */
const sqliteFull = 13;

/** Names a disk's refusal. Errors that have a name already pass through. */
export function asFtpNodeError(error: unknown): FtpNodeError {
  if (error instanceof FtpNodeError) return error;
  const code = systemCodeOf(error);
  const options = { cause: error };
  if (code === 'ENOSPC' || code === 'EDQUOT' || isSqliteFull(error))
    return new FtpNodeError(
      'disk_full',
      'The disk of the FTP node is full. Free space on it, then try again.',
      options,
    );
  if (code === 'EXDEV')
    return new FtpNodeError(
      'other_file_system',
      'The storeroom and the accounts directory are on different file systems. Put both on one, then restart the node.',
      options,
    );
  return new FtpNodeError('input_output', 'The disk of the FTP node refused. Its log says why.', options);
}

function isSqliteFull(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && error.errcode === sqliteFull;
}
