// Sealing to one node's X25519 key with HPKE (RFC 9180, base mode: X25519, HKDF-SHA256, AES-128-GCM), so that relays
// carry it unread. The purpose and the associated text are bound in: what was sealed for one does not open for another.
// Callers: ftp-node seals login attempts, internal-db opens them; sections of the cluster's configuration.
import { createPublicKey, type KeyObject } from 'node:crypto';
import { DocumentError } from './document-error.ts';
import { suite } from './hpke-suite.ts';
import { sealedPlaintextBytesMax } from './limits.ts';
import { sealingKeyFromRaw } from './node-keys.ts';

const encapsulatedKeyBytes = 32;
const tagBytes = 16;
const algorithm = { name: 'X25519' } as const;

/** What sealing and opening must agree on. */
interface SealedFor {
  /** A constant of the protocol, never user input. */
  readonly purpose: string;
  /** HPKE's associated data: the place that the message is for, where the purpose alone does not say it. */
  readonly associated?: string;
  /** The limit of this purpose, where it is not the usual one. */
  readonly plaintextBytesMax?: number;
}

/** What to seal, to whom, and for what. */
export interface SealRequest extends SealedFor {
  /** Raw X25519 public key of the recipient, base64url. */
  readonly recipient: string;
  readonly plaintext: Uint8Array;
}

/** What to open: the recipient's private key, what it was sealed for, and the sealed text. */
export interface OpenRequest extends SealedFor {
  readonly privateKey: KeyObject;
  readonly sealed: string;
}

/**
 * Seals the plaintext; resolves to base64url of the encapsulated key and the ciphertext. The sender stays anonymous:
 * who sent it must be bound by what is inside. Throws DocumentError `malformed` for a bad key or an over-long plaintext.
 */
export async function sealMessage(request: SealRequest): Promise<string> {
  const { recipient, purpose, associated = '', plaintextBytesMax = sealedPlaintextBytesMax } = request;
  if (request.plaintext.byteLength > plaintextBytesMax)
    throw new DocumentError('malformed', `More than ${plaintextBytesMax} bytes cannot be sealed.`);
  const recipientPublicKey = webKey(sealingKeyFromRaw(recipient), []);
  const parameters = { recipientPublicKey, info: info(purpose) };
  const sealed = await suite.seal(parameters, request.plaintext, Buffer.from(associated));
  return Buffer.concat([new Uint8Array(sealed.enc), new Uint8Array(sealed.ct)]).toString('base64url');
}

/** Opens what sealMessage made for this key, purpose and place. Throws DocumentError `malformed` for everything else. */
export async function openSealedMessage(request: OpenRequest): Promise<Uint8Array> {
  const { purpose, associated = '', plaintextBytesMax = sealedPlaintextBytesMax } = request;
  const bytes = Buffer.from(request.sealed, 'base64url');
  const lengthFits =
    bytes.length >= encapsulatedKeyBytes + tagBytes &&
    bytes.length <= encapsulatedKeyBytes + plaintextBytesMax + tagBytes;
  if (!lengthFits || bytes.toString('base64url') !== request.sealed)
    throw new DocumentError('malformed', 'This is not a sealed message.');
  const recipientKey = {
    privateKey: webKey(request.privateKey, ['deriveBits']),
    publicKey: webKey(createPublicKey(request.privateKey), []),
  };
  const enc = bytes.subarray(0, encapsulatedKeyBytes);
  try {
    const opened = await suite.open(
      { recipientKey, enc, info: info(purpose) },
      bytes.subarray(encapsulatedKeyBytes),
      Buffer.from(associated),
    );
    return new Uint8Array(opened);
  } catch (cause) {
    throw new DocumentError('malformed', 'This message was not sealed to this key for this purpose.', {
      cause,
    });
  }
}

/** Node's and the DOM's types of the same object differ; private keys are not extractable again. */
function webKey(key: KeyObject, usages: 'deriveBits'[]): CryptoKey {
  return key.toCryptoKey(algorithm, key.type === 'public', usages) as CryptoKey;
}

function info(purpose: string): Uint8Array {
  return Buffer.from(`consign/1 sealed message\0${purpose}`);
}
