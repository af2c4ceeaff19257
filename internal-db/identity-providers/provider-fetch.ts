// HTTPS requests to an identity provider, in the form of `fetch` that the library wants: to public addresses and those that
// the settings name, so that a provider whose description points elsewhere reaches nothing behind the firewall; with
// certificates of the authority that the settings name; without redirects; bounded. Called by provider-client.ts.
import type { IncomingMessage } from 'node:http';
import { request, type RequestOptions } from 'node:https';
import {
  ReceiverRefused,
  createReceiverLookup,
  literalAddress,
  mayReceive,
  refusalText,
} from '../webhooks/receiver-address.ts';
import { providerAnswerBytesMax, providerTimeoutSeconds } from './limits.ts';

const setting = 'identityProviders/…/allowedNetworks';

/** What the library passes on of a request. */
export interface ProviderRequest {
  readonly method: string;
  readonly headers: Record<string, string>;
  readonly body?: unknown;
  readonly signal?: AbortSignal | undefined;
}

/** Sends requests to one provider. `authority`: PEM text, where the machine does not know who signed its certificate. */
export function createProviderFetch(
  allowedNetworks: readonly string[],
  authority: string | null,
): (url: string, options: ProviderRequest) => Promise<Response> {
  const mayTell = (address: string) => mayReceive(address, allowedNetworks);
  const lookup = createReceiverLookup(mayTell, setting);
  return async (text, { method, headers, body, signal }) => {
    const url = new URL(text);
    if (url.protocol !== 'https:') throw new ReceiverRefused('Identity providers are asked by HTTPS only.');
    const literal = literalAddress(url);
    if (literal !== null && !mayTell(literal)) throw new ReceiverRefused(refusalText(literal, setting));
    const timely = AbortSignal.timeout(providerTimeoutSeconds * 1000);
    return await exchange(url, bodyText(body), {
      method,
      headers: { ...headers, 'user-agent': 'consign' },
      lookup,
      // A connection for each: what was connected to before the settings changed is not kept.
      agent: false,
      signal: signal ? AbortSignal.any([signal, timely]) : timely,
      ...(authority === null ? {} : { ca: authority }),
    });
  };
}

function bodyText(body: unknown): string | null {
  if (body === undefined || body === null) return null;
  if (typeof body === 'string') return body;
  if (body instanceof URLSearchParams) return body.toString();
  throw new TypeError('Only texts and forms are sent to identity providers.');
}

function exchange(url: URL, body: string | null, options: RequestOptions): Promise<Response> {
  return new Promise((resolve, reject) => {
    const sent = request(url, options, (answer) => {
      collect(answer).then((bytes) => resolve(asResponse(answer, bytes)), reject);
    });
    sent.on('error', reject);
    sent.end(body ?? undefined);
  });
}

async function collect(answer: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let byteCount = 0;
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    byteCount += chunk.length;
    if (byteCount > providerAnswerBytesMax) {
      throw new RangeError(`The provider answered with more than ${providerAnswerBytesMax} bytes.`);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function asResponse({ statusCode = 500, headers }: IncomingMessage, bytes: Buffer): Response {
  const kept = Object.entries(headers).flatMap(([name, value]): [string, string][] =>
    value === undefined ? [] : [[name, Array.isArray(value) ? value.join(', ') : value]],
  );
  return new Response(bytes.length === 0 ? null : new Uint8Array(bytes), {
    status: statusCode,
    headers: kept,
  });
}
