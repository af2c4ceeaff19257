// The answer to a sources-request on its way: sealed to the appliance, because what is in it fetches configuration files, and signed
// by the director's timestamp key, because the agent goes where it sends; both bound to the request by its uid and nonce. internal-db
// seals, the agent opens; web-fronts pass it on, and neither read nor change it.
import { sign, verify, type KeyObject } from 'node:crypto';
import { DocumentError } from '../document-error.ts';
import type { NodeKeys } from '../node-keys.ts';
import { openSealedMessage, sealMessage } from '../sealed-message.ts';
import type { ApplianceMessageBase } from './appliance-message.ts';
import { sourcesPlaintextBytesMax, sourcesReplyBytesMax } from './limits.ts';
import { readSourcesReply, type SourcesReply } from './sources.ts';

const domain = 'consign/1 fleet sources';
const purpose = 'fleet sources';
const envelope = /^([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]{86})$/;
const plaintextBytesMax = sourcesPlaintextBytesMax;

/** The request that is answered. */
export type AnsweredRequest = Pick<ApplianceMessageBase, 'uid' | 'nonce'>;

/**
 * Seals an answer to the appliance's raw X25519 key, and signs it. Throws DocumentError `malformed` when it is over the limit.
 */
export async function sealSourcesReply(
  reply: SourcesReply,
  {
    request,
    sealingKey,
    privateKey,
  }: { request: AnsweredRequest; sealingKey: string; privateKey: KeyObject },
): Promise<string> {
  const plaintext = Buffer.from(JSON.stringify(reply));
  const associated = associatedOf(request);
  const sealed = await sealMessage({
    recipient: sealingKey,
    purpose,
    associated,
    plaintext,
    plaintextBytesMax,
  });
  return `${sealed}.${sign(null, signedBytes(request, sealed), privateKey).toString('base64url')}`;
}

/**
 * Opens the answer to this request: one of the director's timestamp keys must have signed it, and it must be sealed to this
 * appliance. Throws DocumentError `bad_signature` (also for the answer to another request) or `malformed`.
 */
export async function openSourcesReply(
  text: string,
  {
    request,
    keys,
    publicKeys,
  }: { request: AnsweredRequest; keys: Pick<NodeKeys, 'sealing'>; publicKeys: readonly KeyObject[] },
): Promise<SourcesReply> {
  const [, sealed, signature] = (text.length <= sourcesReplyBytesMax && envelope.exec(text)) || [];
  if (sealed === undefined || signature === undefined)
    throw new DocumentError('malformed', 'This is no signed list of sources.');
  const [bytes, signatureBytes] = [signedBytes(request, sealed), Buffer.from(signature, 'base64url')];
  if (!publicKeys.some((key) => verify(null, bytes, key, signatureBytes)))
    throw new DocumentError('bad_signature', 'The signature of this list of sources does not verify.');
  const { privateKey } = keys.sealing;
  const associated = associatedOf(request);
  const plaintext = await openSealedMessage({ privateKey, purpose, associated, sealed, plaintextBytesMax });
  return readSourcesReply(Buffer.from(plaintext).toString('utf8'));
}

function associatedOf({ uid, nonce }: AnsweredRequest): string {
  return `${uid}/${nonce}`;
}

function signedBytes(request: AnsweredRequest, sealed: string): Buffer {
  return Buffer.from(`${domain}\0${associatedOf(request)}\0${sealed}`);
}
