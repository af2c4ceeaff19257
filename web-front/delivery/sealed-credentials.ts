// How a delivery's password outlives the redirect after the click, although internal-db keeps only its hash and this
// process keeps nothing: in a cookie of the customer's own browser, sent back to that delivery's page alone and
// encrypted (AES-256-GCM) under a key that is derived from the customer's session token. Any web-front can open it,
// before and after a restart; once the customer has signed out, nobody can. The delivery's id is authenticated with it.
import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import { Type, compileSchema, strictObject, type Static } from '#commlink/schema.ts';
import { AtMs } from '#commlink/methods/fields.ts';
import { DeliveryCredentials } from '#commlink/methods/delivery-methods.ts';
import { httpLimits } from '../limits.ts';

const RememberedCredentials = strictObject({
  ...DeliveryCredentials.properties,
  /** When the node said that the file was ready. */
  stagedAtMs: Type.Union([AtMs, Type.Null()]),
});
/** What the browser remembers of one delivery. */
export type RememberedCredentials = Static<typeof RememberedCredentials>;

const rememberedCheck = compileSchema('remembered credentials', RememberedCredentials);
const nonceBytes = 12;
const tagBytes = 16;

/** Encrypts; null when the result would be too long for a cookie (a path of hundreds of non-Latin letters). */
export function sealCredentials(
  session: string,
  delivery: string,
  credentials: RememberedCredentials,
): string | null {
  const nonce = randomBytes(nonceBytes);
  const cipher = createCipheriv('aes-256-gcm', keyOf(session), nonce).setAAD(Buffer.from(delivery));
  const text = Buffer.concat([cipher.update(JSON.stringify(credentials), 'utf8'), cipher.final()]);
  const sealed = Buffer.concat([nonce, text, cipher.getAuthTag()]).toString('base64url');
  return sealed.length > httpLimits.cookieValueBytesMax ? null : sealed;
}

/** Decrypts; null for anything that this session did not seal for this delivery. */
export function openCredentials(
  session: string,
  delivery: string,
  sealed: string,
): RememberedCredentials | null {
  const bytes = Buffer.from(sealed, 'base64url');
  if (bytes.length <= nonceBytes + tagBytes) return null;
  const decipher = createDecipheriv('aes-256-gcm', keyOf(session), bytes.subarray(0, nonceBytes))
    .setAAD(Buffer.from(delivery))
    .setAuthTag(bytes.subarray(-tagBytes));
  let text: string;
  try {
    text = decipher.update(bytes.subarray(nonceBytes, -tagBytes), undefined, 'utf8') + decipher.final('utf8');
  } catch {
    // Authentication is the only thing that can fail here: the cookie is of another session, or was tampered with.
    return null;
  }
  const credentials: unknown = JSON.parse(text);
  return rememberedCheck.matches(credentials) ? credentials : null;
}

function keyOf(session: string): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', session, '', 'consign/delivery-credentials', 32));
}
