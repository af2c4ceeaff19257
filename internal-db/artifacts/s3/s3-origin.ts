// Originals in a bucket: a file is sent in parts from the disk and is there only when all of it has arrived with its digest; what
// nodes ask for in small parts is read in blocks, a few of which stay in memory. Chosen by configured-origin.ts. Trusts the bucket
// with nothing but keeping: nodes hash what they get.
import { createHash } from 'node:crypto';
import { open, rm, type FileHandle } from 'node:fs/promises';
import type { Logger } from '#commlink/log.ts';
import { RpcError } from '#commlink/rpc-error.ts';
import type { S3OriginSettings } from '#commlink/settings/origin-settings.ts';
import {
  bucketBlockBytes,
  bucketBlocksMax,
  bucketPartBytes,
  bucketPartsMax,
  bucketReadWithinMs,
  bucketWriteWithinMs,
} from './limits.ts';
import type { KeptFile } from '../../store/originals.ts';
import type { KeptOriginals } from '../kept-originals.ts';
import { attemptInBucket } from './bucket-attempts.ts';
import { S3Bucket, type PartedUpload, type SentPart } from './s3-bucket.ts';

/** The bucket as a place of originals. */
export class S3Origin implements KeptOriginals {
  readonly #bucket: S3Bucket;
  readonly #prefix: string;
  readonly #log: Logger;
  /** By object and number, the one that was used last at the end; what is on its way is shared by all who ask. */
  readonly #blocks = new Map<string, Promise<Buffer | null>>();

  private constructor(bucket: S3Bucket, prefix: string, log: Logger) {
    this.#bucket = bucket;
    this.#prefix = prefix;
    this.#log = log;
  }

  /** Opens it; nothing is sent yet. */
  static async open(settings: S3OriginSettings, log: Logger): Promise<S3Origin> {
    return new S3Origin(await S3Bucket.open(settings), settings.prefix, log);
  }

  /** Whether it answers; RpcError `unavailable`, `refused`. */
  async look(): Promise<void> {
    await attemptInBucket(0, () => this.#bucket.look());
  }

  async has({ sha256, sizeBytes }: KeptFile): Promise<boolean> {
    const key = this.#keyOf(sha256);
    return (await attemptInBucket(bucketReadWithinMs, () => this.#bucket.lengthOf(key))) === sizeBytes;
  }

  async readSlice(original: KeptFile, offsetBytes: number, lengthBytes: number): Promise<Buffer | null> {
    const slices: Buffer[] = [];
    const endBytes = Math.min(original.sizeBytes, offsetBytes + lengthBytes);
    for (let at = offsetBytes; at < endBytes;) {
      const number = Math.floor(at / bucketBlockBytes);
      const block = await this.#block(original, number);
      if (block === null) return null;
      const slice = block.subarray(at - number * bucketBlockBytes, endBytes - number * bucketBlockBytes);
      slices.push(slice);
      at += slice.length;
    }
    return slices.length === 1 ? (slices[0] ?? null) : Buffer.concat(slices);
  }

  async keep(file: string, original: KeptFile): Promise<void> {
    {
      await using handle = await open(file, 'r');
      await this.#send(handle, original);
    }
    // A cut answer may hide that it has arrived, and a 200 that it has not.
    if (!(await this.has(original)))
      throw new RpcError('unavailable', 'The bucket took the file and does not have it. Finish again.');
    await rm(file, { force: true });
  }

  async remove(sha256: string): Promise<void> {
    await attemptInBucket(bucketWriteWithinMs, () => this.#bucket.remove(this.#keyOf(sha256)));
    for (const name of this.#blocks.keys()) if (name.startsWith(sha256)) this.#blocks.delete(name);
  }

  close(): void {
    this.#bucket.close();
  }

  #keyOf(sha256: string): string {
    return `${this.#prefix}${sha256}`;
  }

  async #block(original: KeptFile, number: number): Promise<Buffer | null> {
    const name = `${original.sha256} ${number}`;
    const block = this.#blocks.get(name) ?? this.#readBlock(original, number);
    this.#blocks.delete(name);
    this.#blocks.set(name, block);
    const [oldest] = this.#blocks.keys();
    if (this.#blocks.size > bucketBlocksMax && oldest !== undefined) this.#blocks.delete(oldest);
    try {
      const bytes = await block;
      if (bytes === null) this.#forget(name, block);
      return bytes;
    } catch (error) {
      this.#forget(name, block);
      throw error;
    }
  }

  /** What failed, or is not there, is asked for again by the next one. */
  #forget(name: string, block: Promise<Buffer | null>): void {
    if (this.#blocks.get(name) === block) this.#blocks.delete(name);
  }

  async #readBlock({ sha256, sizeBytes }: KeptFile, number: number): Promise<Buffer | null> {
    const offsetBytes = number * bucketBlockBytes;
    const lengthBytes = Math.min(bucketBlockBytes, sizeBytes - offsetBytes);
    const range = { offsetBytes, lengthBytes, sizeBytes };
    return await attemptInBucket(bucketReadWithinMs, () => this.#bucket.read(this.#keyOf(sha256), range));
  }

  async #send(handle: FileHandle, original: KeptFile): Promise<void> {
    const key = this.#keyOf(original.sha256);
    const write = <T>(work: () => Promise<T>) => attemptInBucket(bucketWriteWithinMs, work);
    if (original.sizeBytes <= bucketPartBytes) {
      for await (const content of checkedParts(handle, original, bucketPartBytes))
        await write(() => this.#bucket.put(key, content));
      return;
    }
    const partBytes = Math.max(bucketPartBytes, Math.ceil(original.sizeBytes / bucketPartsMax));
    const upload = await write(() => this.#bucket.beginParts(key));
    const parts: SentPart[] = [];
    try {
      for await (const content of checkedParts(handle, original, partBytes))
        parts.push(await write(() => this.#bucket.sendPart(upload, parts.length + 1, content)));
      await this.#complete(upload, parts, original);
    } catch (error) {
      await this.#abandon(upload);
      throw error;
    }
  }

  /** Completed again, an upload is unknown: what counts is whether the object is there. */
  async #complete(upload: PartedUpload, parts: readonly SentPart[], original: KeptFile): Promise<void> {
    try {
      await attemptInBucket(bucketWriteWithinMs, () => this.#bucket.completeParts(upload, parts));
    } catch (error) {
      if (!(await this.has(original))) throw error;
    }
  }

  async #abandon(upload: PartedUpload): Promise<void> {
    try {
      await attemptInBucket(bucketReadWithinMs, () => this.#bucket.abandonParts(upload));
    } catch (error) {
      const { key } = upload;
      this.#log.warn(
        { key, err: error },
        'parts of a broken upload stay in the bucket; its lifecycle rule removes them',
      );
    }
  }
}

/** The file in parts; the last comes only after the digest of all was right, so that no other file is completed. */
async function* checkedParts(
  handle: FileHandle,
  { sha256, sizeBytes }: KeptFile,
  partBytes: number,
): AsyncGenerator<Buffer> {
  const hash = createHash('sha256');
  for (let at = 0; at < sizeBytes || at === 0; at += partBytes) {
    const part = Buffer.alloc(Math.min(partBytes, sizeBytes - at));
    for (let done = 0; done < part.length;) {
      const { bytesRead } = await handle.read(part, done, part.length - done, at + done);
      if (bytesRead === 0) throw differs();
      done += bytesRead;
    }
    hash.update(part);
    if (at + partBytes >= sizeBytes && hash.digest('hex') !== sha256) throw differs();
    yield part;
  }
}

function differs(): RpcError {
  return new RpcError(
    'internal',
    'What has arrived changed on the disk. Look at the disk, and send the file again.',
  );
}
