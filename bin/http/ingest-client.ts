// Speaks with the storeroom through the FTP node's ingest socket (Unix, 0600): `PUT /artifact` streams the bytes,
// however large, in constant memory; both ends hash them, and the digests must agree. Called by publish, storeroom and doctor.
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { Client } from 'undici';
import { Bytes, Sha256 } from '#commlink/methods/fields.ts';
import { Type, compileSchema, strictObject, type Static } from '#commlink/schema.ts';
import type { StateLayout } from '#deploy/state-directory.ts';
import { explainConnectError } from '../admin-client.ts';
import { CliError } from '../cli-error.ts';
import { probeMs, publishChunkBytes, storeroomAnswerMs } from '../limits.ts';

const StoredArtifact = strictObject({ sha256: Sha256, sizeBytes: Bytes });
/** A file as the storeroom has it. */
export type StoredArtifact = Static<typeof StoredArtifact>;

const StoreroomDescription = strictObject({
  artifactCount: Bytes,
  totalBytes: Bytes,
  freeBytes: Bytes,
  fetched: strictObject({ count: Bytes, bytes: Bytes, droppableCount: Bytes, droppableBytes: Bytes }),
  stagedCount: Bytes,
  quarantinedCount: Bytes,
});
/** What the storeroom holds, and how much more its disk takes. */
export type StoreroomDescription = Static<typeof StoreroomDescription>;

const DroppedArtifacts = strictObject({ count: Bytes, bytes: Bytes });
/** What was dropped. */
export type DroppedArtifacts = Static<typeof DroppedArtifacts>;

const VerifiedStoreroom = strictObject({
  checkedCount: Bytes,
  checkedBytes: Bytes,
  totalCount: Bytes,
  damaged: Type.Array(Sha256),
});
/** How far a reading of everything is. */
export type VerifiedStoreroom = Static<typeof VerifiedStoreroom>;

const QuarantinedArtifacts = strictObject({
  artifacts: Type.Array(
    strictObject({ sha256: Sha256, sizeBytes: Bytes, sinceMs: Type.Integer({ minimum: 0 }) }),
  ),
});
/** What was found damaged, the one that was found first at the head. */
export type QuarantinedArtifacts = Static<typeof QuarantinedArtifacts>['artifacts'];

const quarantinedCheck = compileSchema("the storeroom's answer", QuarantinedArtifacts);
const discardedCheck = compileSchema("the storeroom's answer", strictObject({ wasThere: Type.Boolean() }));
const droppedCheck = compileSchema("the storeroom's answer", DroppedArtifacts);
const verifiedCheck = compileSchema("the storeroom's answer", VerifiedStoreroom);
const storedCheck = compileSchema("the storeroom's answer", StoredArtifact);
const descriptionCheck = compileSchema("the storeroom's answer", StoreroomDescription);
const refusalCheck = compileSchema(
  "the storeroom's refusal",
  Type.Object({ code: Type.String(), message: Type.String() }),
);

/** A connection to the storeroom's door. */
export class IngestClient {
  readonly #client: Client;
  readonly #layout: StateLayout;

  constructor(layout: StateLayout) {
    this.#layout = layout;
    this.#client = new Client('http://storeroom', {
      socketPath: layout.ingestSocket,
      headersTimeout: storeroomAnswerMs,
      bodyTimeout: storeroomAnswerMs,
    });
  }

  /** What the storeroom holds. */
  async describe(): Promise<StoreroomDescription> {
    const timeouts = { headersTimeout: probeMs, bodyTimeout: probeMs };
    return descriptionCheck.parse(await this.#request({ method: 'GET', path: '/storeroom', ...timeouts }));
  }

  /** Sends one file. `onBytes` hears of each chunk. Throws CliError when it was refused, or arrived otherwise than sent. */
  async put(file: {
    path: string;
    sizeBytes: number;
    onBytes: (bytes: number) => void;
  }): Promise<StoredArtifact> {
    const hash = createHash('sha256');
    const source = createReadStream(file.path, { highWaterMark: publishChunkBytes });
    const body = async function* () {
      for await (const chunk of source as AsyncIterable<Buffer>) {
        hash.update(chunk);
        file.onBytes(chunk.length);
        yield chunk;
      }
    };
    const headers = { 'content-length': String(file.sizeBytes), 'content-type': 'application/octet-stream' };
    const answer = await this.#request({
      method: 'PUT',
      path: '/artifact',
      headers,
      body: Readable.from(body(), { objectMode: false }),
    });
    const stored = storedCheck.parse(answer);
    if (stored.sha256 !== hash.digest('hex') || stored.sizeBytes !== file.sizeBytes) {
      throw new CliError('failed', `${file.path} changed while it was sent. Publish it again.`);
    }
    return stored;
  }

  /** Drops what may be dropped. */
  async collectGarbage(): Promise<DroppedArtifacts> {
    return droppedCheck.parse(await this.#request({ method: 'POST', path: '/storeroom/gc' }));
  }

  /** What was put aside. */
  async quarantined(): Promise<QuarantinedArtifacts> {
    const answer = await this.#request({ method: 'GET', path: '/storeroom/quarantine' });
    return quarantinedCheck.parse(answer).artifacts;
  }

  /** Removes one of these; says whether it was there. */
  async discardQuarantined(sha256: string): Promise<boolean> {
    const answer = await this.#request({ method: 'DELETE', path: `/storeroom/quarantine/${sha256}` });
    return discardedCheck.parse(answer).wasThere;
  }

  /** Has everything read again; yields after each artifact. One of terabytes is waited for as long as it takes. */
  async *verify(): AsyncGenerator<VerifiedStoreroom> {
    const path = '/storeroom/verify';
    const response = await this.#client
      .request({ method: 'POST', path, headersTimeout: 0, bodyTimeout: 0 })
      .catch((error: unknown) => {
        throw explainConnectError(error, this.#layout);
      });
    for await (const line of createInterface({ input: response.body }))
      yield verifiedCheck.parse(JSON.parse(line));
  }

  /** Closes the connection. */
  async close(): Promise<void> {
    await this.#client.destroy();
  }

  async #request(options: Parameters<Client['request']>[0]): Promise<unknown> {
    const response = await this.#client.request(options).catch((error: unknown) => {
      throw explainSendError(explainConnectError(error, this.#layout));
    });
    const text = await response.body.text();
    if (response.statusCode < 300) return JSON.parse(text);
    throw new CliError('failed', explainRefusal(text, response.statusCode));
  }
}

function explainSendError(error: unknown): unknown {
  if (error instanceof CliError) return error;
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'UND_ERR_REQ_CONTENT_LENGTH_MISMATCH') {
    return new CliError('failed', 'The file changed its size while it was sent. Publish it again.', {
      cause: error,
    });
  }
  if (code === 'UND_ERR_HEADERS_TIMEOUT') {
    const advice = 'Look at the FTP node; the same may be sent again.';
    return new CliError('unreachable', `The storeroom does not answer. ${advice}`, { cause: error });
  }
  if (code === 'UND_ERR_SOCKET' || code === 'ECONNRESET' || code === 'EPIPE') {
    return new CliError(
      'unreachable',
      'The storeroom broke the connection. Look at `consign doctor`, then publish again.',
      {
        cause: error,
      },
    );
  }
  return new CliError('failed', `Sending failed: ${message}. Nothing was published.`, { cause: error });
}

function explainRefusal(text: string, status: number): string {
  try {
    return refusalCheck.parse(JSON.parse(text)).message;
  } catch (error) {
    return `The storeroom answered ${status} (${(error as Error).name}). Look at the FTP node's log.`;
  }
}
