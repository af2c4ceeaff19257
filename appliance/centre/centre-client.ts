// HTTPS to the centre: one request at a time, bounded in bytes and time, no redirects. Callers: enrolment, the cycle and the wait
// for pings. Trusts the centre's certificate for secrecy only; what answers say is proven by signatures, each in its reader.
import { request, type RequestOptions } from 'node:https';
import type { IncomingMessage } from 'node:http';
import { AgentError } from '../agent-error.ts';
import { answerBytesMax, requestMsMax } from '../limits.ts';

/** The centre's address, and the authority of its certificate where the system does not know it. */
export interface CentreAddress {
  readonly centre: string;
  readonly authority: string | null;
}

/** One request. */
export interface CentreRequest {
  readonly method: 'GET' | 'POST';
  /** Below `/fleet/v1/`. */
  readonly path: string;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly bytesMax?: number;
  readonly msMax?: number;
  readonly signal?: AbortSignal | undefined;
}

/** The answer, whole. */
export interface CentreAnswer {
  readonly status: number;
  readonly etag: string | null;
  readonly text: string;
}

/** A refusal. `retryAfterMs`: when the centre says that it may be asked again; null when it says nothing of it. */
export class CentreRefusal extends AgentError {
  readonly retryAfterMs: number | null;

  constructor(message: string, retryAfterMs: number | null) {
    super('centre_refused', message);
    this.retryAfterMs = retryAfterMs;
  }
}

/** The scheme of authorization by an envelope. */
export const applianceScheme = 'Consign-Appliance';

/**
 * Asks the centre. Resolves for 200, 201 and 304; throws AgentError `centre_unreachable`, CentreRefusal (any other status) or
 * `centre_invalid` (an answer over the limit).
 */
export async function askCentre(address: CentreAddress, asked: CentreRequest): Promise<CentreAnswer> {
  const url = new URL(`/fleet/v1/${asked.path}`, address.centre);
  const limit = AbortSignal.timeout(asked.msMax ?? requestMsMax);
  const options: RequestOptions = {
    method: asked.method,
    headers: { 'content-type': 'text/plain', ...asked.headers },
    ...(address.authority === null ? {} : { ca: address.authority }),
    agent: false,
    signal: asked.signal ? AbortSignal.any([asked.signal, limit]) : limit,
  };
  let answer: CentreAnswer;
  let retryAfterMs: number | null;
  try {
    const response = await send(url, options, asked.body ?? '');
    const text = await readAnswer(response, asked.bytesMax ?? answerBytesMax);
    answer = { status: response.statusCode ?? 0, etag: response.headers.etag ?? null, text };
    retryAfterMs = readRetryAfter(response.headers['retry-after']);
  } catch (cause) {
    if (cause instanceof AgentError) throw cause;
    const { code = 'no answer', message } = cause as NodeJS.ErrnoException;
    throw new AgentError('centre_unreachable', `${url.host} cannot be reached (${code}: ${message}).`, {
      cause,
    });
  }
  if ([200, 201, 304].includes(answer.status)) return answer;
  throw new CentreRefusal(`${url.host} answered ${answer.status}: ${sentenceOf(answer.text)}`, retryAfterMs);
}

/** Seconds, up to a day; a date, which nobody sends here, is none. */
function readRetryAfter(header: string | undefined): number | null {
  if (header === undefined || !/^[0-9]{1,5}$/.test(header)) return null;
  return Math.min(Number(header), 86_400) * 1000;
}

function send(url: URL, options: RequestOptions, body: string): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const sending = request(url, options, resolve);
    sending.once('error', reject);
    sending.end(body);
  });
}

async function readAnswer(response: IncomingMessage, bytesMax: number): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > bytesMax) throw new AgentError('centre_invalid', `The answer is over ${bytesMax} bytes.`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** What a refusal says, for a person: the detail or title of RFC 9457, printable and short. */
function sentenceOf(text: string): string {
  let said: unknown = null;
  try {
    const { detail, title } = JSON.parse(text) as Record<string, unknown>;
    said = detail ?? title;
  } catch (error) {
    if (!(error instanceof SyntaxError || error instanceof TypeError)) throw error;
  }
  return typeof said === 'string' ? said.replaceAll(/[^\x20-\x7e]/g, '?').slice(0, 300) : 'without a reason.';
}
