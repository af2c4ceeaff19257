// Reads a public key in SSH's wire form, strictly, and says which signature algorithms it may be used with: Ed25519
// (RFC 8709), ECDSA over the NIST curves (RFC 5656) and RSA with SHA-2 (RFC 4253, RFC 8332). Nothing else is a key here.
// Called when a customer puts a key in (key-line.ts), and at each login with one (key-login.ts).
import { createHash, createPublicKey, type JsonWebKey, type KeyObject } from 'node:crypto';
import { keyBlobBytesMax, type KeyAlgorithm } from '#commlink/methods/login-credential.ts';
import { rsaExponentBytesMax, rsaKeyBitsMax, rsaKeyBitsMin } from '../limits.ts';
import { WireError, WireReader } from './wire-reader.ts';

/** How a key makes and checks one kind of signature; `digest` is null where the algorithm brings its own. */
export interface SignatureScheme {
  readonly algorithm: KeyAlgorithm;
  readonly digest: 'sha256' | 'sha384' | 'sha512' | null;
}

/** A public key that may log in. */
export interface PublicKey {
  readonly keyType: string;
  readonly keyBits: number;
  readonly key: KeyObject;
  readonly schemes: readonly SignatureScheme[];
}

/** Why a key is not taken: not a key, of a type that we don't take, or RSA that is too short or too long. */
export class PublicKeyError extends Error {
  readonly code: 'malformed' | 'unknown_type' | 'too_short' | 'too_long';

  constructor(code: PublicKeyError['code'], options?: ErrorOptions) {
    super(`The public key is not taken: ${code}.`, options);
    this.name = 'PublicKeyError';
    this.code = code;
  }
}

const nistCurves = {
  nistp256: { curve: 'P-256', coordinateBytes: 32, keyBits: 256, digest: 'sha256' },
  nistp384: { curve: 'P-384', coordinateBytes: 48, keyBits: 384, digest: 'sha384' },
  nistp521: { curve: 'P-521', coordinateBytes: 66, keyBits: 521, digest: 'sha512' },
} as const;
type NistCurve = keyof typeof nistCurves;

/** Reads the key; throws PublicKeyError. */
export function readPublicKey(blob: Buffer): PublicKey {
  if (blob.length > keyBlobBytesMax) throw new PublicKeyError('too_long');
  try {
    const reader = new WireReader(blob);
    const key = readTyped(reader.string().toString('latin1'), reader);
    reader.end();
    return key;
  } catch (error) {
    if (error instanceof PublicKeyError) throw error;
    // node:crypto too says by throwing that a point is not on its curve.
    throw new PublicKeyError('malformed', { cause: error });
  }
}

/** A key's fingerprint as ssh-keygen shows it. */
export function fingerprintOf(blob: Uint8Array): string {
  return `SHA256:${createHash('sha256').update(blob).digest('base64').replace(/=+$/, '')}`;
}

function readTyped(keyType: string, reader: WireReader): PublicKey {
  switch (keyType) {
    case 'ssh-ed25519':
      return readEd25519(reader);
    case 'ecdsa-sha2-nistp256':
    case 'ecdsa-sha2-nistp384':
    case 'ecdsa-sha2-nistp521':
      return readEcdsa(keyType, reader);
    case 'ssh-rsa':
      return readRsa(reader);
    default:
      throw new PublicKeyError('unknown_type');
  }
}

function readEd25519(reader: WireReader): PublicKey {
  const point = reader.string();
  if (point.length !== 32) throw new WireError('an Ed25519 key has 32 bytes');
  const key = importKey({ kty: 'OKP', crv: 'Ed25519', x: point.toString('base64url') });
  const schemes = [{ algorithm: 'ssh-ed25519', digest: null }] as const;
  return { keyType: 'ssh-ed25519', keyBits: 256, key, schemes };
}

function readEcdsa(keyType: `ecdsa-sha2-${NistCurve}`, reader: WireReader): PublicKey {
  const name = keyType.slice('ecdsa-sha2-'.length) as NistCurve;
  const { curve, coordinateBytes, keyBits, digest } = nistCurves[name];
  if (reader.string().toString('latin1') !== name) throw new WireError('the curve is not that of the type');
  const point = reader.string();
  // RFC 5656, section 3.1, leaves compressed points to each implementation; neither OpenSSH nor we take them.
  if (point.length !== 1 + 2 * coordinateBytes || point[0] !== 4)
    throw new WireError('not an uncompressed point');
  const x = point.subarray(1, 1 + coordinateBytes).toString('base64url');
  const y = point.subarray(1 + coordinateBytes).toString('base64url');
  const key = importKey({ kty: 'EC', crv: curve, x, y });
  return { keyType, keyBits, key, schemes: [{ algorithm: keyType, digest }] };
}

function readRsa(reader: WireReader): PublicKey {
  const exponent = reader.positiveInteger();
  const modulus = reader.positiveInteger();
  const keyBits = modulus.length * 8 - Math.clz32(modulus[0] ?? 0) + 24;
  if (keyBits < rsaKeyBitsMin) throw new PublicKeyError('too_short');
  if (keyBits > rsaKeyBitsMax || exponent.length > rsaExponentBytesMax) throw new PublicKeyError('too_long');
  const isOdd = (bytes: Buffer) => ((bytes.at(-1) ?? 0) & 1) === 1;
  if (!isOdd(modulus) || !isOdd(exponent) || (exponent.length === 1 && exponent[0] === 1))
    throw new WireError('no RSA key has these numbers');
  const key = importKey({ kty: 'RSA', n: modulus.toString('base64url'), e: exponent.toString('base64url') });
  const schemes = [
    { algorithm: 'rsa-sha2-256', digest: 'sha256' },
    { algorithm: 'rsa-sha2-512', digest: 'sha512' },
  ] as const;
  return { keyType: 'ssh-rsa', keyBits, key, schemes };
}

function importKey(key: JsonWebKey): KeyObject {
  return createPublicKey({ key, format: 'jwk' });
}
