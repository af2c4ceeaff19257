// Speaks S3 with one bucket: each method one request, repeated by nobody here, with a bounded time. Called by s3-origin.ts. Throws
// the library's errors, which bucket-attempts.ts judges. The only importer of @aws-sdk/client-s3, which is loaded only where a
// bucket is configured.
import { readFile } from 'node:fs/promises';
import { Agent } from 'node:https';
import type { Readable } from 'node:stream';
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  PutObjectCommand,
  S3Client,
  S3ServiceException,
  UploadPartCommand,
  type CompletedPart,
} from '@aws-sdk/client-s3';
import { readPrivateFile } from '#commlink/private-file.ts';
import type { S3OriginSettings } from '#commlink/settings/origin-settings.ts';
import { bucketConnectMsMax, bucketConnectionsMax, bucketKeyKeptMs, bucketRequestMsMax } from './limits.ts';

/** A part of an object that is in the bucket. */
export type SentPart = CompletedPart;

/** An object that is sent in parts. */
export interface PartedUpload {
  readonly key: string;
  readonly id: string;
}

/** The bucket. */
export class S3Bucket {
  readonly #client: S3Client;
  readonly #bucket: string;

  private constructor(client: S3Client, bucket: string) {
    this.#client = client;
    this.#bucket = bucket;
  }

  /** Sends nothing yet. Throws the file system's errors for the authority's file. */
  static async open(settings: S3OriginSettings): Promise<S3Bucket> {
    const { endpoint, region, bucket, forcePathStyle, authorityFile, accessKeyId } = settings;
    const ca = authorityFile === null ? undefined : await readFile(authorityFile, 'utf8');
    const client = new S3Client({
      endpoint,
      region,
      forcePathStyle,
      // Repeating is done in one place, which also knows answers that were cut.
      maxAttempts: 1,
      credentials: async () => ({
        accessKeyId,
        secretAccessKey: (await readPrivateFile(settings.secretAccessKeyFile)).trim(),
        expiration: new Date(Date.now() + bucketKeyKeptMs),
      }),
      requestHandler: {
        connectionTimeout: bucketConnectMsMax,
        httpsAgent: new Agent({
          keepAlive: true,
          maxSockets: bucketConnectionsMax,
          ...(ca === undefined ? {} : { ca }),
        }),
      },
    });
    return new S3Bucket(client, bucket);
  }

  /** Whether the bucket answers and lets us in; throws if not. */
  async look(): Promise<void> {
    await this.#client.send(new HeadBucketCommand({ Bucket: this.#bucket }), timely());
  }

  /** Its length; null: there is no such object. */
  async lengthOf(key: string): Promise<number | null> {
    try {
      const head = await this.#client.send(new HeadObjectCommand(this.#object(key)), timely());
      return head.ContentLength ?? null;
    } catch (error) {
      if (isMissing(error)) return null;
      throw error;
    }
  }

  /** Exactly so many bytes of an object of that length, or null when there is none. Throws also when the answer was cut. */
  async read(
    key: string,
    { offsetBytes, lengthBytes, sizeBytes }: { offsetBytes: number; lengthBytes: number; sizeBytes: number },
  ): Promise<Buffer | null> {
    const endBytes = offsetBytes + lengthBytes;
    const range = `bytes=${offsetBytes}-${endBytes - 1}`;
    try {
      const wanted = new GetObjectCommand({ ...this.#object(key), Range: range });
      const { Body, ContentRange } = await this.#client.send(wanted, timely());
      const body = Body as Readable;
      if (ContentRange !== `bytes ${offsetBytes}-${endBytes - 1}/${sizeBytes}`) {
        body.destroy();
        return null;
      }
      return await collect(body, lengthBytes);
    } catch (error) {
      if (isMissing(error)) return null;
      throw error;
    }
  }

  /** An object in one request. */
  async put(key: string, content: Buffer): Promise<void> {
    await this.#client.send(new PutObjectCommand({ ...this.#object(key), Body: content }), timely());
  }

  async beginParts(key: string): Promise<PartedUpload> {
    const { UploadId } = await this.#client.send(
      new CreateMultipartUploadCommand(this.#object(key)),
      timely(),
    );
    if (UploadId === undefined) throw new Error('The bucket began an upload without an id.');
    return { key, id: UploadId };
  }

  /** The `number`th, from 1. */
  async sendPart({ key, id }: PartedUpload, number: number, content: Buffer): Promise<SentPart> {
    const part = { ...this.#object(key), UploadId: id, PartNumber: number, Body: content };
    const { ETag, ChecksumCRC32 } = await this.#client.send(new UploadPartCommand(part), timely());
    if (ETag === undefined) throw new Error('The bucket took a part without naming it.');
    return { PartNumber: number, ETag, ...(ChecksumCRC32 === undefined ? {} : { ChecksumCRC32 }) };
  }

  async completeParts({ key, id }: PartedUpload, parts: readonly SentPart[]): Promise<void> {
    const whole = { ...this.#object(key), UploadId: id, MultipartUpload: { Parts: [...parts] } };
    await this.#client.send(new CompleteMultipartUploadCommand(whole), timely());
  }

  async abandonParts({ key, id }: PartedUpload): Promise<void> {
    const upload = new AbortMultipartUploadCommand({ ...this.#object(key), UploadId: id });
    await this.#client.send(upload, timely());
  }

  /** One that is not there is no error. */
  async remove(key: string): Promise<void> {
    await this.#client.send(new DeleteObjectCommand(this.#object(key)), timely());
  }

  /** Ends its connections. */
  close(): void {
    this.#client.destroy();
  }

  #object(key: string): { Bucket: string; Key: string } {
    return { Bucket: this.#bucket, Key: key };
  }
}

function timely(): { abortSignal: AbortSignal } {
  return { abortSignal: AbortSignal.timeout(bucketRequestMsMax) };
}

async function collect(body: Readable, lengthBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let byteCount = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    byteCount += chunk.length;
    if (byteCount > lengthBytes) throw new RangeError('The bucket answered with more than was asked for.');
    chunks.push(chunk);
  }
  if (byteCount < lengthBytes) throw new RangeError('The answer of the bucket was cut.');
  return Buffer.concat(chunks, byteCount);
}

/** Not the bucket itself, and not a multipart upload. */
function isMissing(error: unknown): boolean {
  return error instanceof S3ServiceException && ['NoSuchKey', 'NotFound'].includes(error.name);
}
