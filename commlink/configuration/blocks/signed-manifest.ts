// Encoding, signing and verifying manifests. A signature is Ed25519 over the domain and the payload's text, so it is
// checked before anything is parsed; signatures are added one by one to the same payload.
// Callers: nodes, for whatever block reaches them; the operator's side, which makes the payloads.
import { sign, verify } from 'node:crypto';
import type { OperatorKeys } from '../../operator/operator-keys.ts';
import { signingKeyFromRaw } from '../../node-keys.ts';
import { compileSchema } from '../../schema.ts';
import { digestOfPayload, type ClusterVersion } from '../protocol/cluster-version.ts';
import { ConfigurationError } from '../configuration-error.ts';
import { checkManifest } from './manifest-consistency.ts';
import { Manifest, SignedManifest, type Operator } from './manifest.ts';

const domain = 'consign/1 manifest';
const manifestCheck = compileSchema('manifest', Manifest);
const signedManifestCheck = compileSchema('signed manifest', SignedManifest);

/** A manifest and its version, the digest of the text that carried it. */
export interface VersionedManifest {
  readonly manifest: Manifest;
  readonly version: ClusterVersion;
}

/** One operator's signature. */
export type ManifestSignature = SignedManifest['signatures'][number];

/** Whose signatures count, and how many are needed. */
export interface SigningRule {
  readonly threshold: number;
  readonly keys: readonly Pick<Operator, 'id' | 'signingKey'>[];
}

/**
 * The payload to sign, and the version that it is. Throws ConfigurationError `malformed` or `too_large`, so that nothing
 * is signed that a node would refuse.
 */
export function encodeManifest(body: Manifest): { payload: string; version: ClusterVersion } {
  const payload = Buffer.from(JSON.stringify(body)).toString('base64url');
  const { version } = decodeManifest({ payload, signatures: [] });
  return { payload, version };
}

/** One operator's signature of a payload. */
export function signManifest(payload: string, operator: OperatorKeys): ManifestSignature {
  const signature = sign(null, signedBytes(payload), operator.signing.privateKey).toString('base64url');
  return { operator: operator.id, signature };
}

/** Adds a signature, in place of one that the same operator gave before. It is not verified here. */
export function withSignature(signed: SignedManifest, signature: ManifestSignature): SignedManifest {
  const others = signed.signatures.filter(({ operator }) => operator !== signature.operator);
  return { payload: signed.payload, signatures: [...others, signature] };
}

/**
 * Reads a manifest, without judging its signatures: schema, and consistency in itself. Throws ConfigurationError
 * `malformed` or `too_large`.
 */
export function decodeManifest(signed: SignedManifest): VersionedManifest {
  const { payload } = checkEnvelope(signed);
  const bytes = Buffer.from(payload, 'base64url');
  // Spare bits in the last character: two texts for one body would be two versions.
  if (bytes.toString('base64url') !== payload) throw malformed('its text has a second spelling');
  const manifest = parseManifest(bytes);
  checkManifest(manifest);
  return { manifest, version: { seq: manifest.seq, digest: digestOfPayload(payload) } };
}

/** The ids of the different operators, of those given, whose signature verifies; others' are passed over. */
export function countValidSignatures(
  signed: SignedManifest,
  operators: readonly Pick<Operator, 'id' | 'signingKey'>[],
): string[] {
  const valid = signed.signatures.filter((signature) => isValid(signed.payload, signature, operators));
  return [...new Set(valid.map(({ operator }) => operator))];
}

/**
 * Verifies the signatures and reads the manifest. Every signature must verify, and enough different operators must have
 * signed. Throws ConfigurationError `bad_signature`, `too_few_signatures`, and what decodeManifest throws.
 */
export function verifyManifest(signed: SignedManifest, rule: SigningRule): VersionedManifest {
  checkEnvelope(signed);
  const stranger = signed.signatures.find((signature) => !isValid(signed.payload, signature, rule.keys));
  if (stranger)
    throw new ConfigurationError(
      'bad_signature',
      `The signature of operator ${stranger.operator.slice(0, 8)} does not verify, or is not one of an operator of this cluster.`,
    );
  const { length } = countValidSignatures(signed, rule.keys);
  if (length < rule.threshold)
    throw new ConfigurationError(
      'too_few_signatures',
      `${length} of the operators signed this version; ${rule.threshold} must.`,
    );
  return decodeManifest(signed);
}

function checkEnvelope(signed: SignedManifest): SignedManifest {
  if (!signedManifestCheck.matches(signed)) throw malformed('it is not a signed manifest');
  return signed;
}

function parseManifest(bytes: Buffer): Manifest {
  try {
    return manifestCheck.parse(JSON.parse(bytes.toString('utf8')));
  } catch (cause) {
    const detail = cause instanceof Error ? cause.message : 'unreadable';
    throw new ConfigurationError('malformed', `This is not a manifest: ${detail}.`, { cause });
  }
}

function isValid(
  payload: string,
  { operator, signature }: ManifestSignature,
  operators: readonly Pick<Operator, 'id' | 'signingKey'>[],
): boolean {
  const known = operators.find(({ id }) => id === operator);
  const bytes = Buffer.from(signature, 'base64url');
  if (!known || bytes.toString('base64url') !== signature) return false;
  return verify(null, signedBytes(payload), signingKeyFromRaw(known.signingKey), bytes);
}

function signedBytes(payload: string): Buffer {
  return Buffer.from(`${domain}\0${payload}`);
}

function malformed(what: string): ConfigurationError {
  return new ConfigurationError('malformed', `This manifest is not taken: ${what}.`);
}
