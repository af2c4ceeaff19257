// What can go wrong in the agent, by code. Thrown by its modules; run-cycle.ts makes a problem of the next beat from each,
// and the commands a plain sentence. Messages name files and targets, never keys.
import { DocumentError } from '#commlink/document-error.ts';
import { TufError } from '#commlink/fleet/tuf/tuf-error.ts';

/**
 * - `not_enrolled`      there is no identity yet
 * - `already_enrolled`  there is one, and enrolling anew would lose it
 * - `other_roots`       the centre's roots are not those that the person has named
 * - `state_taken`       another agent works with this state directory
 * - `state_damaged`     a file of the state directory is not what the agent wrote
 * - `centre_unreachable`  no connection, or none that lasted until the end of the answer
 * - `centre_refused`    the centre answered with a refusal
 * - `centre_invalid`    an answer that is too long, malformed, or not signed for this appliance and this beat
 * - `bad_catalog`       a catalog that the update framework's rules refuse
 * - `not_for_us`        a catalog for another appliance
 * - `no_source`         no source gave a target whole and right
 * - `source_failed`     a source failed or sent wrong bytes; another one had the target
 * - `disk_full`         the disk has no room for it
 * - `bad_package`       a package that does not open, or is not what its name says
 * - `unmet_dependency`  a package that needs another one, or another version before
 * - `outside_window`    it waits for a maintenance window
 * - `bad_path`          a name that is not allowed, or leads outside its directory
 * - `not_allowed`     neither an installed package nor the administrator lets the fleet replace this file, or run this command
 * - `bad_policy`      the administrator's list of files is malformed, or somebody else could have written it
 * - `program_failed`    an install program, a check or a reload command failed or was stopped
 * - `processes_left`  something that a program started could not be killed
 * - `not_permitted`     the agent's user may not do it (owner, or a folder that it can't write)
 * - `power_lost`        the last run ended in the middle of an installation, which was taken back
 * - `given_up`          a target that failed too often waits for another catalog
 */
export type AgentErrorCode =
  | 'not_enrolled'
  | 'already_enrolled'
  | 'other_roots'
  | 'state_taken'
  | 'state_damaged'
  | 'centre_unreachable'
  | 'centre_refused'
  | 'centre_invalid'
  | 'bad_catalog'
  | 'not_for_us'
  | 'no_source'
  | 'source_failed'
  | 'disk_full'
  | 'bad_package'
  | 'unmet_dependency'
  | 'outside_window'
  | 'bad_path'
  | 'not_allowed'
  | 'bad_policy'
  | 'program_failed'
  | 'processes_left'
  | 'not_permitted'
  | 'power_lost'
  | 'given_up';

/** A failure of the agent. */
export class AgentError extends Error {
  readonly code: AgentErrorCode;

  constructor(code: AgentErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'AgentError';
    this.code = code;
  }
}

/** The error, where it is one of the agent's or the disk's; everything else is a fault and thrown on. */
export function agentErrorOf(error: unknown): AgentError {
  if (error instanceof AgentError) return error;
  // What comes in is checked where it is read: what is malformed here is the agent's own.
  if (error instanceof DocumentError || error instanceof TufError)
    return new AgentError('state_damaged', error.message, { cause: error });
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'ENOSPC' || code === 'EDQUOT')
    return new AgentError('disk_full', 'The disk is full.', { cause: error });
  if (code === 'EPERM' || code === 'EACCES' || code === 'EROFS')
    return new AgentError('not_permitted', 'The agent’s user may not do it.', { cause: error });
  throw error;
}
