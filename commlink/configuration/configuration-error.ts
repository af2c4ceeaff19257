// The error of a version, block, ticket or change of the configuration that is not taken.
// Thrown by this folder and commlink/operator/; callers match the code, count it, and show the message to operators.

/**
 * - `malformed`            not the document that it should be, or inconsistent in itself
 * - `bad_signature`        a signature is a stranger's, or does not verify
 * - `too_few_signatures`   fewer different operators signed than must
 * - `wrong_cluster`        another cluster's document
 * - `stale`                not newer than the version that it should follow
 * - `not_a_successor`      it follows another version, or changes what no successor may change
 * - `link_cut`             a link would have no bag generation in common while nodes install one after the other
 * - `not_a_member`         the version has no such node, or not in this role
 * - `missing_section`      the block is truncated: a section that the manifest names is not there
 * - `damaged_section`      a section's text is not the one that the manifest names, or holds nothing readable
 * - `foreign_section`      a section for another recipient, purpose or version
 * - `too_large`            over a limit
 * - `settings_invalid`     settings that can't work: the message has the place and the reason
 * - `not_heard`            a member whose consent is needed was not heard lately
 * - `nothing_to_do`        the change would change nothing
 * - `ticket_invalid`       not a join ticket, or mistyped
 */
export type ConfigurationErrorCode =
  | 'malformed'
  | 'bad_signature'
  | 'too_few_signatures'
  | 'wrong_cluster'
  | 'stale'
  | 'not_a_successor'
  | 'link_cut'
  | 'not_a_member'
  | 'missing_section'
  | 'damaged_section'
  | 'foreign_section'
  | 'too_large'
  | 'settings_invalid'
  | 'not_heard'
  | 'nothing_to_do'
  | 'ticket_invalid';

/** What was refused. `message` is a plain sentence for operators and quotes no secret. */
export class ConfigurationError extends Error {
  readonly code: ConfigurationErrorCode;

  constructor(code: ConfigurationErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'ConfigurationError';
    this.code = code;
  }
}
