// The envelope of the documents that travel end to end through relays: base64url of the JSON body, a dot, base64url of
// an Ed25519 signature over the domain, the kind and the encoded body. What verifies as one kind never verifies as another.
// Callers: internal-db and ftp-node sign and verify; web-front only passes the text on.
import { sign, verify, type KeyObject } from 'node:crypto';
import { DocumentError } from './document-error.ts';
import { documentBytesMax } from './limits.ts';
import { documentSchemas, type DocumentBody, type DocumentKind } from './methods/documents.ts';
import { compileSchema, type SchemaCheck } from './schema.ts';

const domain = 'consign/1 signed document';
const envelope = /^([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]{86})$/;

const checks = new Map<DocumentKind, SchemaCheck<unknown>>(
  (Object.keys(documentSchemas) as DocumentKind[]).map((kind) => [
    kind,
    compileSchema(kind, documentSchemas[kind]),
  ]),
);

/**
 * Signs a document. `privateKey` is an Ed25519 key. Throws DocumentError `malformed` when the body does not match the
 * kind's schema or is over the limit, so that nothing is signed that a verifier would refuse.
 */
export function signDocument<K extends DocumentKind>(
  kind: K,
  body: DocumentBody<K>,
  privateKey: KeyObject,
): string {
  if (!checks.get(kind)?.matches(body))
    throw new DocumentError('malformed', `The ${kind} to be signed does not match its schema.`);
  const payload = Buffer.from(JSON.stringify(body)).toString('base64url');
  const text = `${payload}.${sign(null, signedBytes(kind, payload), privateKey).toString('base64url')}`;
  if (text.length > documentBytesMax)
    throw new DocumentError('malformed', `The ${kind} to be signed is over ${documentBytesMax} bytes.`);
  return text;
}

/**
 * Verifies a document and returns its body, checked against the kind's schema. The signature is checked before the
 * body is read. Throws DocumentError `bad_signature` or `malformed`; expiry and the like are the caller's to check.
 */
export function verifyDocument<K extends DocumentKind>(
  kind: K,
  text: string,
  publicKey: KeyObject,
): DocumentBody<K> {
  const [, payload, signature] = (text.length <= documentBytesMax && envelope.exec(text)) || [];
  if (payload === undefined || signature === undefined)
    throw new DocumentError('malformed', `This is not a signed ${kind}.`);
  const signatureBytes = Buffer.from(signature, 'base64url');
  // The last character of base64url has spare bits: two texts for one signature would defeat "used once" by text.
  const canonical = signatureBytes.toString('base64url') === signature;
  if (!canonical || !verify(null, signedBytes(kind, payload), publicKey, signatureBytes))
    throw new DocumentError('bad_signature', `The signature of this ${kind} does not verify.`);
  const body = parseBody(kind, payload);
  if (!checks.get(kind)?.matches(body))
    throw new DocumentError('malformed', `This signed ${kind} does not match its schema.`);
  return body as DocumentBody<K>;
}

function signedBytes(kind: DocumentKind, payload: string): Buffer {
  return Buffer.from(`${domain}\0${kind}\0${payload}`);
}

function parseBody(kind: DocumentKind, payload: string): unknown {
  try {
    return JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'));
  } catch (cause) {
    throw new DocumentError('malformed', `The body of this signed ${kind} is not JSON.`, { cause });
  }
}
