// Who this appliance is: the name that enrolment gave it, its keys, and the centre that it belongs to. One 0600 file. Callers: the
// commands and the cycle. The keys leave this process nowhere.
import { decodeNodeKeys, encodeNodeKeys, type NodeKeys } from '#commlink/node-keys.ts';
import { readPrivateFile } from '#commlink/private-file.ts';
import { FieldReader, parseJson } from '#commlink/fleet/field-reader.ts';
import { readSlug, readUid } from '#commlink/fleet/appliance-message.ts';
import { StartupError } from '#commlink/startup-error.ts';
import { AgentError } from '../agent-error.ts';
import type { Disk } from './disk.ts';

/** The identity. */
export interface Identity {
  readonly uid: string;
  readonly name: string;
  readonly cluster: string;
  readonly account: string;
  readonly type: string;
  /** The centre's portal: `https://host[:port]`. */
  readonly centre: string;
  /** The PEM of the authority of its certificate; null: the system's authorities. */
  readonly authority: string | null;
  readonly keys: NodeKeys;
}

const text = { max: 65_536 } as const;

/** Writes the identity. What it makes possible (a beat) happens only after this is on the disk. */
export async function writeIdentity(file: string, identity: Identity, disk: Disk): Promise<void> {
  await disk.writeWhole(file, `${JSON.stringify({ ...identity, keys: encodeNodeKeys(identity.keys) })}\n`);
}

/** Reads it. Throws AgentError `not_enrolled` or `state_damaged`, StartupError `KEY_FILE_EXPOSED`. */
export async function readIdentity(file: string): Promise<Identity> {
  const content = await readPrivateFile(file).catch((error: unknown) => {
    if (
      error instanceof StartupError &&
      (error.cause as NodeJS.ErrnoException | undefined)?.code === 'ENOENT'
    )
      throw new AgentError(
        'not_enrolled',
        'This machine is not enrolled. Run: consign-agent enroll CODE --centre URL',
      );
    throw error;
  });
  try {
    const reader = new FieldReader('identity', parseJson('identity', content));
    return {
      uid: readUid(reader),
      name: reader.text('name', text),
      cluster: readSlug(reader, 'cluster'),
      account: readSlug(reader, 'account'),
      type: readSlug(reader, 'type'),
      centre: reader.text('centre', text),
      authority: reader.optional('authority', () => reader.text('authority', text)),
      keys: decodeNodeKeys(reader.text('keys', text)),
    };
  } catch (error) {
    // The cause is left out on purpose: a parser's message may quote the key.
    const name = error instanceof Error ? error.name : 'unknown';
    throw new AgentError('state_damaged', `${file} holds no identity (${name}). Remove it, and enrol anew.`);
  }
}
