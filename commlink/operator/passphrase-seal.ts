// Keeping a text under a passphrase: scrypt makes the key, AES-256-GCM encrypts. The parameters stand in the file and must
// be exactly these, so that nobody who can write the file makes us use weaker or endless ones.
// Caller: operator-keys.ts.
import { createCipheriv, createDecipheriv, randomBytes, scrypt } from 'node:crypto';
import { Type, strictObject, type Static } from '../schema.ts';

const cost = 2 ** 17;
const blockSize = 8;
const parallelization = 1;
/** scrypt needs 128 * N * r bytes, and a little. */
const memoryBytesMax = 128 * cost * blockSize + 1024 * 1024;
const saltBytes = 16;
const nonceBytes = 12;
const tagBytes = 16;
const keyBytes = 32;
const cipherName = 'aes-256-gcm';

const Base64 = (bytes: number) => Type.String({ pattern: `^[A-Za-z0-9_-]{${Math.ceil((bytes * 4) / 3)}}$` });

/** A text under a passphrase. Binary members are base64url; `text` is ciphertext and tag. */
export const SealedText = strictObject({
  kdf: strictObject({
    name: Type.Literal('scrypt'),
    N: Type.Literal(cost),
    r: Type.Literal(blockSize),
    p: Type.Literal(parallelization),
    salt: Base64(saltBytes),
  }),
  cipher: Type.Literal(cipherName),
  nonce: Base64(nonceBytes),
  text: Type.String({ pattern: '^[A-Za-z0-9_-]+$', maxLength: 16_384 }),
});
export type SealedText = Static<typeof SealedText>;

/** Encrypts `text`. `label` is bound in: the text opens under this label only. */
export async function sealWithPassphrase(
  text: string,
  passphrase: string,
  label: string,
): Promise<SealedText> {
  const [salt, nonce] = [randomBytes(saltBytes), randomBytes(nonceBytes)];
  const key = await deriveKey(passphrase, salt);
  try {
    const cipher = createCipheriv(cipherName, key, nonce).setAAD(Buffer.from(label));
    const parts = [cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()];
    return {
      kdf: { name: 'scrypt', N: cost, r: blockSize, p: parallelization, salt: salt.toString('base64url') },
      cipher: cipherName,
      nonce: nonce.toString('base64url'),
      text: Buffer.concat(parts).toString('base64url'),
    };
  } finally {
    key.fill(0);
  }
}

/** Decrypts; undefined for a wrong passphrase, another label, or a changed text. */
export async function openWithPassphrase(
  sealed: SealedText,
  passphrase: string,
  label: string,
): Promise<string | undefined> {
  const bytes = Buffer.from(sealed.text, 'base64url');
  if (bytes.length < tagBytes) return undefined;
  const key = await deriveKey(passphrase, Buffer.from(sealed.kdf.salt, 'base64url'));
  try {
    const decipher = createDecipheriv(cipherName, key, Buffer.from(sealed.nonce, 'base64url'), {
      authTagLength: tagBytes,
    });
    decipher.setAAD(Buffer.from(label)).setAuthTag(bytes.subarray(-tagBytes));
    const parts = [decipher.update(bytes.subarray(0, -tagBytes)), decipher.final()];
    const text = Buffer.concat(parts).toString('utf8');
    for (const part of parts) part.fill(0);
    return text;
  } catch {
    // The only thing that fails here is the tag, and OpenSSL says no more than that.
    return undefined;
  } finally {
    key.fill(0);
  }
}

/** The passphrase is normalised, so that it is the same from every keyboard (NFKC, as RFC 8265 has it for passwords). */
function deriveKey(passphrase: string, salt: Buffer): Promise<Buffer> {
  const options = { N: cost, r: blockSize, p: parallelization, maxmem: memoryBytesMax };
  return new Promise((resolve, reject) => {
    scrypt(passphrase.normalize('NFKC'), salt, keyBytes, options, (error, key) =>
      error ? reject(error) : resolve(key),
    );
  });
}
