// The name of a batch of node reports, by which its receipt is bound to it. Callers: the ftp-node that sends the batch
// and the internal-db that signs the receipt.
import { createHash } from 'node:crypto';

/** Lower-case hexadecimal SHA-256 over the signed texts in the order sent, each ended by a line feed. */
export function digestReports(reports: readonly string[]): string {
  return createHash('sha256')
    .update(reports.map((text) => `${text}\n`).join(''))
    .digest('hex');
}
