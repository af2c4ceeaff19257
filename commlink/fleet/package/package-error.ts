// Why a package was refused. Thrown by this folder; the agent reports the code, `consign package verify` shows it.

/**
 * - `not_a_package`    it does not begin as one, or is of a format that is not known here
 * - `damaged`          changed, cut off, or opened with another key
 * - `bad_manifest`     its manifest is not well formed, or over a limit
 * - `wrong_content`    a file is not the one that the manifest describes
 */
export type PackageErrorCode = 'not_a_package' | 'damaged' | 'bad_manifest' | 'wrong_content';

/** A package that was refused. */
export class PackageError extends Error {
  readonly code: PackageErrorCode;

  constructor(code: PackageErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'PackageError';
    this.code = code;
  }
}
