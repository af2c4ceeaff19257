// A node's two key pairs: Ed25519 proves the node and signs its documents, X25519 is what others seal to.
// Private keys stay in one 0600 file (node-key-file.ts) and in this process; all others know the raw public halves.
// Callers: commlink.ts, and the programs that sign, verify or seal. An appliance has such keys, and little memory: this file
// imports no library.
import {
  createPrivateKey,
  createPublicKey,
  createHash,
  generateKeyPairSync,
  type KeyObject,
} from 'node:crypto';

/** One key pair; `raw` is the 32-byte public key, base64url. */
interface NodeKeyPair {
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
  readonly raw: string;
}

/** A node's keys. `id` is the node id: the RFC 7638 thumbprint of the signing key. */
export interface NodeKeys {
  readonly id: string;
  readonly signing: NodeKeyPair;
  readonly sealing: NodeKeyPair;
}

const privateKeyCharactersMax = 4096;

/** Makes fresh keys. */
export function createNodeKeys(): NodeKeys {
  return nodeKeysOf(generateKeyPairSync('ed25519').privateKey, generateKeyPairSync('x25519').privateKey);
}

/** The private keys as text: JSON of two PKCS#8 PEM texts. */
export function encodeNodeKeys(keys: NodeKeys): string {
  const signing = keys.signing.privateKey.export({ format: 'pem', type: 'pkcs8' });
  const sealing = keys.sealing.privateKey.export({ format: 'pem', type: 'pkcs8' });
  return JSON.stringify({ signing, sealing });
}

/**
 * Reads what encodeNodeKeys made. Throws TypeError or SyntaxError for anything else; the error may quote the text, so it must
 * not be shown.
 */
export function decodeNodeKeys(text: string): NodeKeys {
  const members = JSON.parse(text) as Partial<Record<string, unknown>> | null;
  const privateKeyOf = (member: unknown) => {
    if (typeof member === 'string' && member.length <= privateKeyCharactersMax)
      return createPrivateKey(member);
    throw new TypeError('A private key is missing.');
  };
  return nodeKeysOf(privateKeyOf(members?.['signing']), privateKeyOf(members?.['sealing']));
}

/** The node id of a raw Ed25519 public key: base64url SHA-256 of its canonical JWK (RFC 7638 section 3, RFC 8037). */
export function nodeIdOf(rawSigningKey: string): string {
  const jwk = `{"crv":"Ed25519","kty":"OKP","x":"${rawSigningKey}"}`;
  return createHash('sha256').update(jwk).digest('base64url');
}

/** The Ed25519 public key whose raw form is given in base64url. Throws TypeError when it is none. */
export function signingKeyFromRaw(raw: string): KeyObject {
  return createPublicKey({ format: 'jwk', key: { kty: 'OKP', crv: 'Ed25519', x: raw } });
}

/** The X25519 public key whose raw form is given in base64url. Throws TypeError when it is none. */
export function sealingKeyFromRaw(raw: string): KeyObject {
  return createPublicKey({ format: 'jwk', key: { kty: 'OKP', crv: 'X25519', x: raw } });
}

function nodeKeysOf(signingKey: KeyObject, sealingKey: KeyObject): NodeKeys {
  const signing = keyPairOf(signingKey, 'ed25519');
  const sealing = keyPairOf(sealingKey, 'x25519');
  return { id: nodeIdOf(signing.raw), signing, sealing };
}

function keyPairOf(privateKey: KeyObject, type: 'ed25519' | 'x25519'): NodeKeyPair {
  if (privateKey.asymmetricKeyType !== type) throw new TypeError(`This is not an ${type} key.`);
  const publicKey = createPublicKey(privateKey);
  const raw = publicKey.export({ format: 'jwk' }).x;
  if (raw === undefined) throw new TypeError(`This ${type} key has no raw form.`);
  return { privateKey, publicKey, raw };
}
