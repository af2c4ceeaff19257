// The keys of an enrolment that is under way: on the disk before the centre hears of them. The centre answers a code again for the keys
// that it was used with, so a machine that loses power, or the answer, can ask once more. One 0600 file, which is there until the
// identity is. Callers: the command `enroll`. Trusts the state directory's owner.
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { FieldReader, parseJson } from '#commlink/fleet/field-reader.ts';
import { sha256 } from '#commlink/fleet/fleet-names.ts';
import { createNodeKeys, decodeNodeKeys, encodeNodeKeys, type NodeKeys } from '#commlink/node-keys.ts';
import { readPrivateFile } from '#commlink/private-file.ts';
import { AgentError } from '../agent-error.ts';
import type { Disk } from './disk.ts';

const text = { max: 65_536 } as const;

/**
 * The keys to redeem this code with: those that an earlier try has kept, else new ones, which are on the disk when the promise
 * resolves. Another code gets other keys: two appliances never have the same. Throws AgentError `state_damaged`, StartupError
 * `KEY_FILE_EXPOSED`.
 */
export async function keysForCode(file: string, code: string, disk: Disk): Promise<NodeKeys> {
  const codeSha256 = digestCode(code);
  const kept = existsSync(file) ? readKept(file, await readPrivateFile(file)) : null;
  if (kept?.codeSha256 === codeSha256) return kept.keys;
  const keys = createNodeKeys();
  await disk.writeWhole(file, `${JSON.stringify({ codeSha256, keys: encodeNodeKeys(keys) })}\n`);
  return keys;
}

function readKept(file: string, content: string): { readonly codeSha256: string; readonly keys: NodeKeys } {
  try {
    const reader = new FieldReader('enrolment', parseJson('enrolment', content));
    const codeSha256 = reader.text('codeSha256', { max: 64, pattern: sha256 });
    return { codeSha256, keys: decodeNodeKeys(reader.text('keys', text)) };
  } catch (error) {
    // The cause is left out on purpose: a parser's message may quote the key.
    const name = error instanceof Error ? error.name : 'unknown';
    throw new AgentError(
      'state_damaged',
      `${file} holds no keys (${name}). Remove it, and enrol with a new code.`,
    );
  }
}

/** As the centre compares codes: capitals and small letters are the same. */
function digestCode(code: string): string {
  return createHash('sha256').update(code.toLowerCase()).digest('hex');
}
