// The HPKE suite of sealed messages (RFC 9180: X25519, HKDF-SHA256, AES-128-GCM). The library composes it; what it
// composes are node:crypto's own functions, which answer at once: WebCrypto sends each of a dozen small jobs a message to
// another thread and back, which took a third of internal-db's time for a login. Caller: sealed-message.ts.
// The one door to the HPKE library.
import { createCipheriv, createDecipheriv, createHmac, hkdfSync } from 'node:crypto';
import {
  Aes128Gcm,
  CipherSuite,
  DhkemX25519HkdfSha256,
  HkdfSha256,
  type AeadEncryptionContext,
} from '@hpke/core';

type Bytes = ArrayBufferLike | ArrayBufferView;

const hash = 'sha256';
const cipher = 'aes-128-gcm';
const tagBytes = 16;

/** Section 4: Extract() and Expand() are RFC 5869's. The labelled forms above them stay the library's. */
class ImmediateHkdf extends HkdfSha256 {
  override async extract(salt: Bytes, ikm: Bytes): Promise<ArrayBuffer> {
    // RFC 5869, section 2.2: no salt is as many zeros as the hash has bytes, which is HMAC's own padding.
    return bufferOf(createHmac(hash, viewOf(salt)).update(viewOf(ikm)).digest());
  }

  override async extractAndExpand(...from: Parameters<HkdfSha256['extractAndExpand']>) {
    const [salt, ikm, info, length] = from;
    return hkdfSync(hash, viewOf(ikm), viewOf(salt), viewOf(info), length);
  }
}

/** AES-128-GCM of one key; the tag stands behind the ciphertext (RFC 5116, section 5.1). */
class ImmediateAes128Gcm extends Aes128Gcm {
  override createEncryptionContext(key: Bytes): AeadEncryptionContext {
    const secret = Buffer.from(viewOf(key));
    return {
      seal: async (nonce, plaintext, associated) => {
        const sealing = createCipheriv(cipher, secret, viewOf(nonce)).setAAD(viewOf(associated));
        const parts = [sealing.update(viewOf(plaintext)), sealing.final(), sealing.getAuthTag()];
        return bufferOf(Buffer.concat(parts));
      },
      open: async (nonce, sealed, associated) => {
        const bytes = viewOf(sealed);
        const tagAt = bytes.length - tagBytes;
        const opening = createDecipheriv(cipher, secret, viewOf(nonce), { authTagLength: tagBytes });
        opening.setAAD(viewOf(associated)).setAuthTag(bytes.subarray(tagAt));
        return bufferOf(Buffer.concat([opening.update(bytes.subarray(0, tagAt)), opening.final()]));
      },
    };
  }
}

/** The suite. */
export const suite = new CipherSuite({
  kem: new DhkemX25519HkdfSha256(),
  kdf: new ImmediateHkdf(),
  aead: new ImmediateAes128Gcm(),
});

function viewOf(bytes: Bytes): Uint8Array {
  return ArrayBuffer.isView(bytes)
    ? new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    : new Uint8Array(bytes);
}

/** A buffer of exactly these bytes: a Buffer's own may be a part of a pool. */
function bufferOf(bytes: Uint8Array): ArrayBuffer {
  return new Uint8Array(bytes).buffer;
}
