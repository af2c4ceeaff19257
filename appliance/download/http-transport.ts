// Fetching over HTTP and HTTPS by a signed URL, from an offset on (RFC 9110, section 14). No redirects. Caller: transport.ts.
import { request as requestClear, type IncomingMessage, type RequestOptions } from 'node:http';
import { request as requestSecure } from 'node:https';
import { pipeline } from 'node:stream/promises';
import type { UrlSource } from '#commlink/fleet/sources.ts';
import { AgentError } from '../agent-error.ts';
import type { Fetch } from './transport.ts';

/** Fetches. A server that knows no ranges sends the whole again; what is there already is passed over. */
export async function fetchOverHttp(source: UrlSource, { offsetBytes, into, signal }: Fetch): Promise<void> {
  const headers = offsetBytes > 0 ? { range: `bytes=${offsetBytes}-` } : {};
  const response = await ask(source, { headers, signal, agent: false });
  const { statusCode = 0 } = response;
  if (statusCode === 206 && offsetBytes > 0 && beginsAt(response) === offsetBytes)
    return pipeline(response, into, { signal });
  if (statusCode === 200)
    return pipeline(response, (bytes: AsyncIterable<Buffer>) => pass(bytes, offsetBytes), into, { signal });
  response.destroy();
  throw new AgentError('no_source', `The node answered ${statusCode}.`);
}

function ask({ url, transport, ca }: UrlSource, options: RequestOptions): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const asking =
      transport === 'https'
        ? requestSecure(url, { ...options, ...(ca === null ? {} : { ca }) }, resolve)
        : requestClear(url, options, resolve);
    asking.once('error', reject);
    asking.end();
  });
}

function beginsAt(response: IncomingMessage): number {
  return Number(/^bytes (\d+)-/.exec(response.headers['content-range'] ?? '')?.[1] ?? Number.NaN);
}

async function* pass(bytes: AsyncIterable<Buffer>, count: number): AsyncGenerator<Buffer> {
  let left = count;
  for await (const chunk of bytes) {
    const rest = chunk.subarray(Math.min(left, chunk.length));
    left -= chunk.length - rest.length;
    if (rest.length > 0) yield rest;
  }
}
