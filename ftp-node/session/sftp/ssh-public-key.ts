// What a client shows when it logs in with a public key (RFC 4252, section 7), in the form that internal-db judges.
// Caller: ssh-login.ts. Nothing is verified here: whether the key is the customer's, and the signature right, is for
// internal-db alone, which gets all that was signed.
import type { PublicKeyAuthContext } from 'ssh2';
import { compileSchema } from '#commlink/schema.ts';
import { PublicKeyCredential, type KeyAlgorithm } from '#commlink/methods/login-credential.ts';

/** What clients are told that their keys may sign with; OpenSSH takes the first that fits. */
export const signatureAlgorithms: readonly KeyAlgorithm[] = [
  'ssh-ed25519',
  'ecdsa-sha2-nistp256',
  'ecdsa-sha2-nistp384',
  'ecdsa-sha2-nistp521',
  'rsa-sha2-512',
  'rsa-sha2-256',
];

const credentialSchema = compileSchema('public key', PublicKeyCredential);

/**
 * The key with its signature, or without one when the client only asks whether the key would do. Null for an algorithm
 * that is not allowed (DSA, RSA with SHA-1, certificates), and for a key or a signature that is too long.
 */
export function readPublicKey(request: PublicKeyAuthContext): PublicKeyCredential | null {
  const { key, signature, blob } = request;
  const credential = {
    kind: 'public-key',
    algorithm: signatureAlgorithm(request),
    key: key.data.toString('base64'),
    signature: signature?.toString('base64') ?? null,
    signedData: blob?.toString('base64') ?? null,
  };
  return credentialSchema.matches(credential) ? credential : null;
}

/** Answers the question for a key with "yes, now sign". ssh2 would name RSA keys by their type, not as they were asked. */
export function askForSignature(request: PublicKeyAuthContext): void {
  request.key.algo = signatureAlgorithm(request);
  request.accept();
}

/** ssh2 gives the key's type, and the hash of an RSA signature (RFC 8332) beside it; none stands for SHA-1. */
function signatureAlgorithm({ key, hashAlgo }: PublicKeyAuthContext): string {
  if (key.algo !== 'ssh-rsa' || hashAlgo === undefined) return key.algo;
  return hashAlgo === 'sha256' ? 'rsa-sha2-256' : 'rsa-sha2-512';
}
