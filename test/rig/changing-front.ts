// A web-front in strange hands, as an appliance sees it: HTTPS with a certificate of its own, everything passed on to the real portal
// and back, and on request an answer is changed on the way. Callers: tests of the fleet. Loopback only.
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, request } from 'node:https';
import type { AddressInfo } from 'node:net';
import { issueCertificate } from './issued-certificate.ts';

/** The portal behind it. */
interface Portal {
  readonly portal: string;
  readonly caFile: string;
}

/** What becomes of an answer's text. */
export type AnswerChange = (path: string, text: string) => string;

/** The front. */
export interface ChangingFront {
  readonly url: string;
  /** Its certificate, to be trusted. */
  readonly certificate: string;
  /** How answers are changed from now on; null: not at all. */
  change: AnswerChange | null;
  close(): void;
}

/** Opens one. */
export async function openChangingFront({ portal, caFile }: Portal): Promise<ChangingFront> {
  const ca = await readFile(caFile, 'utf8');
  const { certificate, privateKey } = await issueCertificate('localhost');
  const server = createServer({ cert: certificate, key: privateKey }, (asked, answered) => {
    passOn(asked, answered).catch(() => answered.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const front: ChangingFront = {
    url: `https://localhost:${(server.address() as AddressInfo).port}`,
    certificate,
    change: null,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
  return front;

  async function passOn(asked: IncomingMessage, answered: ServerResponse): Promise<void> {
    const { url: path = '/', method, headers } = asked;
    const url = new URL(path, portal);
    const passing = request(url, { method, headers: { ...headers, host: url.host }, ca, agent: false });
    answered.once('close', () => passing.destroy());
    passing.end(await readAll(asked));
    const [answer] = (await once(passing, 'response')) as [IncomingMessage];
    const text = (await readAll(answer)).toString('utf8');
    const { 'content-length': _length, 'transfer-encoding': _encoding, ...kept } = answer.headers;
    answered.writeHead(answer.statusCode ?? 502, kept);
    answered.end(front.change === null ? text : front.change(url.pathname, text));
  }
}

async function readAll(stream: AsyncIterable<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
}
