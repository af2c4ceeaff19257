// The form of a backup: one line of JSON that a node has signed, then the content in sealed chunks (commlink/sealed-chunks.ts).
// The key of the chunks is new for each backup, and is in the first line, sealed to each operator. Who knows that key is an
// operator, or the node that made it and signed the line.
// Callers: make-backup.ts and restore-backup.ts.
import { createHash, randomBytes, sign, verify, type KeyObject } from 'node:crypto';
import type { Operator } from '#commlink/configuration/blocks/manifest.ts';
import { DocumentError } from '#commlink/document-error.ts';
import { NodeId, Slug } from '#commlink/methods/fields.ts';
import { nodeIdOf, signingKeyFromRaw, type NodeKeys } from '#commlink/node-keys.ts';
import type { OperatorKeys } from '#commlink/operator/operator-keys.ts';
import { StartupError } from '#commlink/process-lifecycle.ts';
import { Type, compileSchema, strictObject, type Static } from '#commlink/schema.ts';
import { ChunkError, openChunks, sealChunks } from '#commlink/sealed-chunks.ts';
import { openSealedMessage, sealMessage } from '#commlink/sealed-message.ts';
import { backupChunkBytes, backupHeaderBytesMax } from '../limits.ts';

const purpose = 'backup key';
const domain = 'consign/1 backup\0';
const keyBytes = 32;

const Header = strictObject({
  format: Type.Literal('consign-backup/1'),
  cluster: Slug,
  /** Which node made it, and its signing key, whose thumbprint `id` is. */
  node: strictObject({ name: Slug, id: NodeId, signingKey: Type.String({ pattern: '^[A-Za-z0-9_-]{43}$' }) }),
  madeAtMs: Type.Integer({ minimum: 0 }),
  operators: Type.Array(
    strictObject({ id: NodeId, name: Slug, sealedKey: Type.String({ maxLength: 256 }) }),
    {
      minItems: 1,
      maxItems: 100,
    },
  ),
});
/** What stands before the content. */
export type BackupHeader = Static<typeof Header>;
const SignedHeader = strictObject({ header: Type.String(), signature: Type.String({ maxLength: 128 }) });

const headerCheck = compileSchema('header of a backup', Header);
const signedCheck = compileSchema('first line of a backup', SignedHeader);

/** Who makes a backup, of which cluster, and who shall be able to open it. */
export interface BackupParties {
  readonly cluster: string;
  readonly name: string;
  readonly keys: NodeKeys;
  readonly operators: readonly Operator[];
  readonly nowMs: number;
}

/** Seals a content; yields the backup's bytes. */
export async function* sealBackup(
  content: AsyncIterable<Uint8Array>,
  { cluster, name, keys, operators, nowMs }: BackupParties,
): AsyncGenerator<Uint8Array> {
  const key = randomBytes(keyBytes);
  const sealedFor = operators.map(async (operator) => ({
    id: operator.id,
    name: operator.name,
    sealedKey: await sealMessage({
      recipient: operator.sealingKey,
      purpose,
      associated: cluster,
      plaintext: key,
    }),
  }));
  const header = JSON.stringify({
    format: 'consign-backup/1',
    cluster,
    node: { name, id: keys.id, signingKey: keys.signing.raw },
    madeAtMs: nowMs,
    operators: await Promise.all(sealedFor),
  } satisfies BackupHeader);
  const signature = sign(null, Buffer.from(domain + header), keys.signing.privateKey).toString('base64url');
  yield Buffer.from(`${JSON.stringify({ header, signature })}\n`);
  yield* sealChunks(content, { key, associated: digestOf(header), chunkBytes: backupChunkBytes });
}

/** A backup that is being read: who made it, and its content, of which nothing may be used before all was read. */
export interface OpenedBackup {
  readonly header: BackupHeader;
  readonly content: (operator: OperatorKeys) => AsyncGenerator<Uint8Array>;
}

/** Reads the first line and checks its signature. Throws StartupError `BACKUP_INVALID`; the content throws it as well. */
export async function openBackup(backup: AsyncIterable<Uint8Array>): Promise<OpenedBackup> {
  const bytes = backup[Symbol.asyncIterator]();
  let begun = Buffer.alloc(0);
  while (!begun.includes(0x0a)) {
    const { value, done } = await bytes.next();
    if (done === true || begun.length > backupHeaderBytesMax) throw invalid('it has no beginning');
    begun = Buffer.concat([begun, value]);
  }
  const end = begun.indexOf(0x0a);
  const text = verifiedHeader(begun.subarray(0, end).toString('utf8'));
  const header = headerCheck.parse(JSON.parse(text));
  async function* rest(): AsyncGenerator<Uint8Array> {
    yield begun.subarray(end + 1);
    for (let next = await bytes.next(); next.done !== true; next = await bytes.next()) yield next.value;
  }
  async function* content(operator: OperatorKeys): AsyncGenerator<Uint8Array> {
    const key = await keyFor(header, operator);
    try {
      yield* openChunks(rest(), { key, associated: digestOf(text), chunkBytes: backupChunkBytes });
    } catch (error) {
      throw error instanceof ChunkError ? invalid(error.message) : error;
    }
  }
  return { header, content };
}

function verifiedHeader(line: string): string {
  try {
    const { header, signature } = signedCheck.parse(JSON.parse(line));
    const { node } = headerCheck.parse(JSON.parse(header));
    const isSigned = verify(
      null,
      Buffer.from(domain + header),
      keyOf(node),
      Buffer.from(signature, 'base64url'),
    );
    if (isSigned && nodeIdOf(node.signingKey) === node.id) return header;
  } catch {
    // Whatever is wrong with it: it is no line that a node has signed.
  }
  throw invalid('its first line is not signed by the node that it names');
}

function keyOf(node: BackupHeader['node']): KeyObject {
  return signingKeyFromRaw(node.signingKey);
}

async function keyFor({ cluster, operators }: BackupHeader, operator: OperatorKeys): Promise<Uint8Array> {
  const place = operators.find(({ id }) => id === operator.id);
  if (place === undefined) {
    const names = operators.map(({ name }) => name).join(', ');
    throw new StartupError(
      'BACKUP_SEALED',
      `This backup was not made for your key. It opens with that of: ${names}.`,
    );
  }
  const { privateKey } = operator.sealing;
  try {
    return await openSealedMessage({ privateKey, sealed: place.sealedKey, purpose, associated: cluster });
  } catch (error) {
    if (!(error instanceof DocumentError)) throw error;
    throw invalid('its key does not open');
  }
}

function digestOf(header: string): Buffer {
  return createHash('sha256').update(header).digest();
}

function invalid(what: string): StartupError {
  return new StartupError(
    'BACKUP_INVALID',
    `This is no whole backup: ${what}. Nothing was restored. Take another one.`,
  );
}
