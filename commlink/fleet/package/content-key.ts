// A package's content key on its way to one appliance: sealed to that appliance's own key, and bound to its uid and to the
// package's digest, so that it opens nothing else for nobody else. internal-db seals, the agent opens.
import { openSealedMessage, sealMessage } from '../../sealed-message.ts';
import type { NodeKeys } from '../../node-keys.ts';
import { DocumentError } from '../../document-error.ts';

const purpose = 'package content key';

/** Bytes of a content key: AES-256. */
export const contentKeyBytes = 32;

/** Whose it is, and which package's: `sha256` is that of the whole package file. */
export interface ContentKeyPlace {
  readonly uid: string;
  readonly sha256: string;
}

/** Seals the key. `sealingKey`: the appliance's raw X25519 key. */
export async function sealContentKey(
  key: Uint8Array,
  sealingKey: string,
  place: ContentKeyPlace,
): Promise<string> {
  return sealMessage({ recipient: sealingKey, purpose, associated: associatedOf(place), plaintext: key });
}

/** Opens it. Throws DocumentError `malformed` for everything that was not sealed for just this. */
export async function openContentKey(
  sealed: string,
  keys: Pick<NodeKeys, 'sealing'>,
  place: ContentKeyPlace,
): Promise<Uint8Array> {
  const { privateKey } = keys.sealing;
  const key = await openSealedMessage({ privateKey, purpose, associated: associatedOf(place), sealed });
  if (key.length === contentKeyBytes) return key;
  throw new DocumentError('malformed', 'This is no content key.');
}

function associatedOf({ uid, sha256 }: ContentKeyPlace): string {
  return `${uid}/${sha256}`;
}
