// Sends one message to one receiver by HTTP: the only place in this room that connects to anywhere outside. Redirects are not
// followed, and no more of the answer than its status counts. Called by webhook-sender.ts.
import { Agent, request } from 'undici';
import { webhookAnswerTimeoutMs } from './limits.ts';
import {
  ReceiverRefused,
  createReceiverLookup,
  isAllowedByName,
  literalAddress,
  mayReceive,
  refusalText,
} from './receiver-address.ts';
import { signatureHeaders } from './webhook-signature.ts';

/** A message on its way. */
export interface OutgoingMessage {
  readonly url: string;
  readonly secret: string;
  readonly id: string;
  readonly body: string;
  readonly atMs: number;
}

/** How it went. `gone`: the receiver wants no more of them (410). */
export type PostOutcome =
  | { readonly delivered: true; readonly status: number }
  | { readonly delivered: false; readonly explanation: string; readonly gone: boolean };

/** Posts messages, over connections that it keeps for a while. */
export class MessagePost {
  readonly #allowedNetworks: () => readonly string[];
  readonly #agents: { readonly http: Agent; readonly https: Agent };

  /** `allowedNetworks`: the private networks that may be told, asked for at each connection. */
  constructor(allowedNetworks: () => readonly string[]) {
    this.#allowedNetworks = allowedNetworks;
    const agentFor = (mayTell: (address: string) => boolean) =>
      new Agent({ connect: { lookup: createReceiverLookup(mayTell), timeout: webhookAnswerTimeoutMs } });
    this.#agents = {
      https: agentFor((address) => this.#mayTell('https:', address)),
      http: agentFor((address) => this.#mayTell('http:', address)),
    };
  }

  /** Sends it. Never throws: what goes wrong is an outcome. */
  async send(message: OutgoingMessage, signal: AbortSignal): Promise<PostOutcome> {
    try {
      const url = new URL(message.url);
      this.requireReceiver(url);
      const { secret, id, body, atMs } = message;
      const { statusCode, body: answer } = await request(url, {
        method: 'POST',
        dispatcher: url.protocol === 'https:' ? this.#agents.https : this.#agents.http,
        headers: {
          'content-type': 'application/json',
          'user-agent': 'consign-webhooks/1',
          ...signatureHeaders(secret, { id, body, atMs }),
        },
        body,
        headersTimeout: webhookAnswerTimeoutMs,
        bodyTimeout: webhookAnswerTimeoutMs,
        signal: AbortSignal.any([signal, AbortSignal.timeout(webhookAnswerTimeoutMs)]),
      });
      await answer.dump();
      if (statusCode >= 200 && statusCode < 300) return { delivered: true, status: statusCode };
      return { delivered: false, explanation: `answered ${statusCode}`, gone: statusCode === 410 };
    } catch (error) {
      return { delivered: false, explanation: explain(error), gone: false };
    }
  }

  /** ReceiverRefused for an address in a URL that may not be told; a name is judged when it is looked up. */
  requireReceiver(url: URL): void {
    const address = literalAddress(url);
    if (address !== null && !this.#mayTell(url.protocol, address))
      throw new ReceiverRefused(refusalText(address));
  }

  /** Ends the connections. */
  async close(): Promise<void> {
    await Promise.all([this.#agents.http.destroy(), this.#agents.https.destroy()]);
  }

  /** In clear only where the settings say that the network is ours. */
  #mayTell(protocol: string, address: string): boolean {
    const networks = this.#allowedNetworks();
    return protocol === 'https:' ? mayReceive(address, networks) : isAllowedByName(address, networks);
  }
}

function explain(error: unknown): string {
  if (!(error instanceof Error)) return 'failed';
  if (error.name === 'TimeoutError') return 'did not answer in time';
  // Several addresses that all failed are one AggregateError without a message of its own.
  const first: unknown = error instanceof AggregateError ? error.errors[0] : error;
  const { message } = first instanceof Error ? first : error;
  return (message || 'could not be reached').slice(0, 300);
}
