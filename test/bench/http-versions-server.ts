// `http-versions-server.ts CERTIFICATE KEY FILE`: serves one file over HTTP/2 and HTTP/1.1 with the delivery node's own read
// loop and TLS, and writes its port. An experiment: nothing is decided, recorded or limited here. Caller: http-versions-row.ts.
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { createSecureServer, type Http2ServerRequest, type Http2ServerResponse } from 'node:http2';
import type { AddressInfo } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { peopleTls } from '#commlink/people-tls.ts';
import { defaultSessionLimits } from '#ftp-node/limits.ts';
import { sendFile } from '#ftp-node/session/send-file.ts';

const [certificateFile = '', keyFile = '', file = ''] = process.argv.slice(2);
const server = createSecureServer({
  cert: readFileSync(certificateFile),
  key: readFileSync(keyFile),
  allowHTTP1: true,
  ...peopleTls,
});
/** By their ports: HTTP/2 shows no more of a socket than that. */
const sockets = new Map<number | undefined, TLSSocket>();
server.on('secureConnection', (socket) => void sockets.set(socket.remotePort, socket));
server.on('request', (request, response) => void answer(request, response));
server.listen(0, '127.0.0.1');
await once(server, 'listening');
process.stdout.write(`${(server.address() as AddressInfo).port}\n`);

async function answer(request: Http2ServerRequest, response: Http2ServerResponse): Promise<void> {
  const socket = sockets.get(request.socket.remotePort);
  if (socket === undefined) throw new Error('A request came over no connection.');
  await using handle = await open(file);
  const { size } = await handle.stat();
  response.writeHead(200, { 'content-length': size });
  const result = await sendFile({
    handle,
    offsetBytes: 0,
    lengthBytes: size,
    // With HTTP/1.1 it is a response of node:http, whatever its type says here.
    destination: request.httpVersionMajor === 2 ? response.stream : response,
    socket,
    transfer: { signal: new AbortController().signal, pace: null, progress: () => undefined },
    limits: defaultSessionLimits,
  });
  if (result.end !== 'sent') throw new Error(`The file was not sent: ${result.end}.`);
  response.end();
}
