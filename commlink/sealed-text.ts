// Encrypts a text (AES-256-GCM) under a key that is derived from a caller's own secret, which no process keeps: whoever stores
// the result can't read it, any process that the caller shows the secret to can open it, and nobody once the secret is gone.
// Called for what a browser or internal-db keeps for a web-front, and for answers that the console's API keeps.
import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';

const nonceBytes = 12;
const tagBytes = 16;

/** Which key, and what the text belongs to; the latter is authenticated with it. */
export interface SealedFor {
  /** The session's token or the personal one. */
  readonly secret: string;
  /** What kind of text it is: each has a key of its own. */
  readonly purpose: string;
  readonly subject: string;
}

/** The sealed text, base64url. */
export function sealText(text: string, { secret, purpose, subject }: SealedFor): string {
  const nonce = randomBytes(nonceBytes);
  const cipher = createCipheriv('aes-256-gcm', keyOf(secret, purpose), nonce).setAAD(Buffer.from(subject));
  const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
  return Buffer.concat([nonce, sealed, cipher.getAuthTag()]).toString('base64url');
}

/** The text; null for anything that was not sealed for just this. */
export function openText(sealed: string, { secret, purpose, subject }: SealedFor): string | null {
  const bytes = Buffer.from(sealed, 'base64url');
  if (bytes.length <= nonceBytes + tagBytes) return null;
  const key = keyOf(secret, purpose);
  const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, nonceBytes))
    .setAAD(Buffer.from(subject))
    .setAuthTag(bytes.subarray(-tagBytes));
  try {
    return decipher.update(bytes.subarray(nonceBytes, -tagBytes), undefined, 'utf8') + decipher.final('utf8');
  } catch {
    // Authentication is the only thing that can fail here: it is somebody else's, or was tampered with.
    return null;
  }
}

function keyOf(secret: string, purpose: string): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', secret, '', `consign/${purpose}`, 32));
}
