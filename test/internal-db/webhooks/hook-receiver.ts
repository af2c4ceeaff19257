// A receiver of webhooks on loopback, with a real HTTP server: keeps what comes, checks each signature by itself, and answers
// as it is told.
import { createHmac, timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Teardown } from '../support/running-room.ts';

/** One message as it arrived. */
export interface ReceivedMessage {
  readonly id: string;
  readonly body: { type: string; timestamp: string; data: Record<string, unknown> };
  readonly headers: Readonly<Record<string, unknown>>;
  /** Whether the signature is that of the secret given. */
  isSignedWith(secret: string): boolean;
}

/** Starts one. `status` is what it answers; `hold` keeps its answers back while it is set. */
export async function startReceiver(t: Teardown) {
  const received: ReceivedMessage[] = [];
  const answer = { status: 204, location: null as string | null, hold: null as Promise<void> | null };
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const text = Buffer.concat(chunks).toString();
      const { headers } = request;
      const id = String(headers['webhook-id']);
      const signed = `${id}.${String(headers['webhook-timestamp'])}.${text}`;
      received.push({
        id,
        headers,
        body: JSON.parse(text),
        isSignedWith: (secret) => {
          const key = Buffer.from(secret.replace('whsec_', ''), 'base64');
          const expected = Buffer.from(`v1,${createHmac('sha256', key).update(signed).digest('base64')}`);
          const given = Buffer.from(String(headers['webhook-signature']));
          return given.length === expected.length && timingSafeEqual(given, expected);
        },
      });
      const { status, location, hold } = answer;
      const send = () => response.writeHead(status, location === null ? {} : { location }).end();
      if (hold) void hold.then(send);
      else send();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(async () => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/hook`, port, received, answer };
}
