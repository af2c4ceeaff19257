// What a client shows at a login: a password, or an SSH public key with its signature. It goes from the jail to the stager
// (session-methods.ts) and, sealed, to internal-db (LoginAttempt), which alone judges it and believes nobody's checking.
import { Type, strictObject, type Static } from '../schema.ts';

/** The signature algorithms that a key may log in with: RFC 8709, RFC 5656, RFC 8332. No DSA, and no SHA-1. */
export const KeyAlgorithm = Type.Union([
  Type.Literal('ssh-ed25519'),
  Type.Literal('ecdsa-sha2-nistp256'),
  Type.Literal('ecdsa-sha2-nistp384'),
  Type.Literal('ecdsa-sha2-nistp521'),
  Type.Literal('rsa-sha2-256'),
  Type.Literal('rsa-sha2-512'),
]);
export type KeyAlgorithm = Static<typeof KeyAlgorithm>;

/** The longest public key blob (RFC 4253, section 6.6): that of an RSA key of 8192 bits is a little shorter. */
export const keyBlobBytesMax = 1080;

const base64 = (bytesMax: number) =>
  Type.String({ minLength: 4, maxLength: Math.ceil(bytesMax / 3) * 4, pattern: '^[A-Za-z0-9+/]+={0,2}$' });

/**
 * A public key, and the proof that the client has its private half. Without a signature it is only the question whether
 * this key would do (RFC 4252, section 7): `signature_needed` says yes, and nobody is logged in by it.
 */
export const PublicKeyCredential = strictObject({
  kind: Type.Literal('public-key'),
  algorithm: KeyAlgorithm,
  /** The key blob, in base64. */
  key: base64(keyBlobBytesMax),
  /** As node:crypto's verify takes it, in base64: 64 bytes of Ed25519, DER of an ECDSA signature, bare RSA. */
  signature: Type.Union([base64(1024), Type.Null()]),
  /** What was signed: the session identifier as a string, and the request up to the key. Null with the signature. */
  signedData: Type.Union([base64(keyBlobBytesMax + 768), Type.Null()]),
});
export type PublicKeyCredential = Static<typeof PublicKeyCredential>;

/** The longest password that a node looks at: an appliance's, which is a signed document. */
export const passwordCharactersMax = 512;

/** A password, which may also be a personal token. */
export const PasswordCredential = strictObject({
  kind: Type.Literal('password'),
  password: Type.String({ maxLength: passwordCharactersMax }),
});

/** Either of them. */
export const LoginCredential = Type.Union([PasswordCredential, PublicKeyCredential]);
export type LoginCredential = Static<typeof LoginCredential>;
