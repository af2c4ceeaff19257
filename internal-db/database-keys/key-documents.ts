// How the shared keys go from one internal-db to another: sealed to the one that asks, and signed by the one that gives, so that
// the database in between can neither read them nor put others in their place. Called by open-database-keys.ts and
// hand-over-keys.ts.
import { DocumentError } from '#commlink/document-error.ts';
import type { Member } from '#commlink/node-config.ts';
import { decodeNodeKeys, encodeNodeKeys, signingKeyFromRaw, type NodeKeys } from '#commlink/node-keys.ts';
import { openSealedMessage, sealMessage } from '#commlink/sealed-message.ts';
import { signDocument, verifyDocument } from '#commlink/signed-document.ts';

const purpose = 'database keys';

/** For `recipient`, an internal-db of the same cluster. */
export async function writeKeyDocument(
  keys: NodeKeys,
  { cluster, giver, recipient }: { cluster: string; giver: NodeKeys; recipient: Member },
): Promise<string> {
  const sealed = await sealMessage({
    recipient: recipient.sealingKey,
    purpose,
    associated: `${cluster}/${recipient.id}`,
    plaintext: Buffer.from(encodeNodeKeys(keys)),
  });
  const body = { cluster, node: recipient.id, sealed };
  return signDocument('database-keys', body, giver.signing.privateKey);
}

/** Who reads: its own keys, and the internal-dbs that it believes. */
export interface KeyReader {
  readonly cluster: string;
  readonly node: NodeKeys;
  readonly givers: readonly Pick<Member, 'signingKey'>[];
}

/** Null when none of the givers wrote it, or it is for somebody else. */
export async function readKeyDocument(text: string, reader: KeyReader): Promise<NodeKeys | null> {
  const { cluster, node, givers } = reader;
  for (const { signingKey } of givers) {
    try {
      const body = verifyDocument('database-keys', text, signingKeyFromRaw(signingKey));
      if (body.cluster !== cluster || body.node !== node.id) return null;
      const { privateKey } = node.sealing;
      const associated = `${cluster}/${node.id}`;
      const opened = await openSealedMessage({ privateKey, purpose, associated, sealed: body.sealed });
      return decodeNodeKeys(Buffer.from(opened).toString('utf8'));
    } catch (error) {
      if (!(error instanceof DocumentError)) throw error;
    }
  }
  return null;
}
