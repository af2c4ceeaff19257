// A service that speaks S3 over TLS on loopback, with one bucket in a folder of its own, which a test makes slow, busy or broken.
// Its keys are s3rver's own. Called by the tests of originals in a bucket.
import { once } from 'node:events';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { S3OriginSettings } from '#commlink/settings/origin-settings.ts';
import { issueCertificate } from './issued-certificate.ts';

/** What becomes of a request: it is served, answered with that status, answered late, or its answer is cut in the middle. */
export type S3Fault = 'none' | { status: number } | { delayMs: number } | 'cut';

/** The running service. */
export interface S3Service {
  readonly settings: S3OriginSettings;
  /** Requests so far, as `PUT /consign/originals/…?partNumber=1`. */
  readonly requests: string[];
  /** Asked for each request. */
  fault: (request: IncomingMessage) => S3Fault;
  /** Names of the objects in the bucket. */
  objects(): Promise<string[]>;
  close(): Promise<void>;
}

/** What is used of s3rver, which comes without types. */
type S3rverClass = new (options: {
  readonly directory: string;
  readonly silent: boolean;
  readonly vhostBuckets: boolean;
  readonly configureBuckets: readonly { readonly name: string; readonly configs: readonly string[] }[];
}) => { configureBuckets(): Promise<unknown>; callback(): RequestListener };

const require = createRequire(import.meta.url);
const S3rver = require('s3rver') as S3rverClass;
const bucket = 'consign';

/** Starts it. */
export async function startS3Service(): Promise<S3Service> {
  const directory = await mkdtemp(join(tmpdir(), 'consign-s3-'));
  const { certificate, privateKey } = await issueCertificate('s3');
  const files = { secretAccessKeyFile: join(directory, 'secret'), authorityFile: join(directory, 'ca.pem') };
  await writeFile(files.secretAccessKeyFile, 'S3RVER\n', { mode: 0o600 });
  await writeFile(files.authorityFile, certificate);
  const data = join(directory, 'data');
  const configureBuckets = [{ name: bucket, configs: [] }];
  const s3 = new S3rver({ directory: data, silent: true, vhostBuckets: false, configureBuckets });
  await s3.configureBuckets();
  const serve = s3.callback();
  const requests: string[] = [];
  const server = createServer({ key: privateKey, cert: certificate }, (request, response) => {
    requests.push(`${request.method} ${request.url}`);
    void disturb(service.fault(request), { request, response, serve });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const service: S3Service = {
    settings: {
      kind: 's3',
      endpoint: `https://127.0.0.1:${port}`,
      region: 'us-east-1',
      bucket,
      prefix: 'originals/',
      accessKeyId: 'S3RVER',
      forcePathStyle: true,
      ...files,
    },
    requests,
    fault: () => 'none',
    objects: async () => await namesIn(join(data, bucket, 'originals')),
    close: async () => {
      server.close();
      server.closeAllConnections();
      await rm(directory, { recursive: true, force: true });
    },
  };
  return service;
}

async function disturb(
  fault: S3Fault,
  parts: {
    request: IncomingMessage;
    response: ServerResponse;
    serve: (request: IncomingMessage, response: ServerResponse) => void;
  },
): Promise<void> {
  const { request, response, serve } = parts;
  if (typeof fault === 'object' && 'status' in fault) {
    request.resume();
    response.writeHead(fault.status).end();
    return;
  }
  if (typeof fault === 'object') await delay(fault.delayMs);
  if (fault === 'cut') cutAnswer(response);
  serve(request, response);
}

/** The first bytes of the body go out, and then the connection ends. */
function cutAnswer(response: ServerResponse): void {
  const write = response.write.bind(response);
  response.write = (chunk: Uint8Array) => {
    write(chunk.subarray(0, 1), () => response.destroy());
    return true;
  };
}

async function namesIn(directory: string): Promise<string[]> {
  try {
    const names = await readdir(directory);
    const objects = names.filter((name) => name.endsWith('._S3rver_object'));
    return objects.map((name) => name.replace('._S3rver_object', ''));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
