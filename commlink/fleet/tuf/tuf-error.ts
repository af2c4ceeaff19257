// Why metadata was refused, by the attack that it would be (The Update Framework, specification 1.0, section 5). Thrown by this
// folder; the agent reports the code in its next beat, and keeps what it has.
import { DocumentError } from '../../document-error.ts';

/**
 * - `malformed`            not JSON, not the role's form, an unknown algorithm, over a limit, another repository's role
 * - `threshold`            too few of the role's keys have signed it
 * - `rollback`             a version lower than one that was trusted, or a role that a snapshot no longer lists
 * - `root_version`         a root that does not follow the trusted one (5.3.5)
 * - `expired`              it has expired by the reference time: a freeze attack, or nobody renewed it
 * - `wrong_hash`           bytes that are not those which the metadata above names by length and SHA-256
 * - `mix_and_match`        a version other than the one which the metadata above names
 * - `for_another`          the director's targets were made for another appliance
 * - `disagree`             the director names a package that the packages' repository does not have just so
 */
export type TufErrorCode =
  | 'malformed'
  | 'threshold'
  | 'rollback'
  | 'root_version'
  | 'expired'
  | 'wrong_hash'
  | 'mix_and_match'
  | 'for_another'
  | 'disagree';

/** The repositories of a fleet. */
export type RepositoryName = 'director' | 'packages';
/** The top-level roles. */
export type RoleName = 'root' | 'timestamp' | 'snapshot' | 'targets';

/** Metadata that was refused. `step` is the specification's number. */
export class TufError extends Error {
  readonly code: TufErrorCode;
  readonly role: RoleName;
  readonly step: string;
  /** Which repository's; set by whoever goes through both. */
  readonly repository: RepositoryName | null;

  constructor(code: TufErrorCode, at: TufPlace, message: string) {
    super(message, at.cause === undefined ? {} : { cause: at.cause });
    this.name = 'TufError';
    this.code = code;
    this.role = at.role;
    this.step = at.step;
    this.repository = at.repository ?? null;
  }
}

/** Where it was refused. */
export interface TufPlace {
  readonly role: RoleName;
  readonly step: string;
  readonly repository?: RepositoryName;
  readonly cause?: unknown;
}

/** The same error with the repository's name. What is no TufError is malformed metadata, or a fault that is passed on. */
export function inRepository(error: unknown, repository: RepositoryName): unknown {
  if (error instanceof TufError) {
    const { code, role, step, message } = error;
    return new TufError(code, { role, step, repository, cause: error }, message);
  }
  if (error instanceof DocumentError)
    return new TufError(
      'malformed',
      { role: 'targets', step: '5.6', repository, cause: error },
      error.message,
    );
  return error;
}
