// Where artifacts come in: HTTP on a Unix socket (0600) in the state directory, for the operator's command line alone.
// Caller: main.ts starts it. `PUT /artifact` takes the bytes; `GET /storeroom` says what is there and what still fits, `POST
// /storeroom/verify` reads all of it again, `POST /storeroom/gc` drops what may be dropped, `GET /storeroom/quarantine` lists what was
// put aside, and `DELETE /storeroom/quarantine/<sha256>` removes one of that. Whoever can open the socket is the
// operator; the bytes are trusted to be nothing but bytes.
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Logger } from '#commlink/log.ts';
import { listenAtSocket } from '#commlink/unix-socket.ts';
import { collectGarbage, describeStoreroom, streamVerification } from './artifacts/answer-storeroom.ts';
import { ingestIdleTimeoutMs } from './limits.ts';
import { asFtpNodeError, FtpNodeError } from './node-error.ts';
import type { StagerContext } from './stager/stager-context.ts';

/** The running server. */
export interface IngestServer {
  close(): Promise<void>;
}

const quarantinedPath = /^\/storeroom\/quarantine\/([0-9a-f]{64})$/;

const statusOf: Partial<Record<FtpNodeError['code'], number>> = { disk_full: 507, interrupted: 400 };

/** Listens on `socketFile`, replacing a socket that nobody listens on. Throws StartupError `SOCKET_IN_USE`. */
export async function startIngestServer(
  context: StagerContext,
  options: { socketFile: string; log: Logger },
): Promise<IngestServer> {
  const server = createServer((request, response) => {
    answer(context, request, response).catch((error: unknown) => {
      sendError(response, asFtpNodeError(error), options.log);
    });
  });
  // An artifact may take hours; what must not happen is nothing.
  server.requestTimeout = 0;
  server.setTimeout(ingestIdleTimeoutMs);
  await listenAtSocket(server, options.socketFile);
  return { close: () => closeServer(server) };
}

async function answer(
  context: StagerContext,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const quarantined = quarantinedPath.exec(request.url ?? '')?.[1];
  if (request.method === 'DELETE' && quarantined !== undefined)
    return sendJson(response, 200, { wasThere: context.storeroom.discardQuarantined(quarantined) });
  switch (`${request.method} ${request.url}`) {
    case 'GET /storeroom':
      return sendJson(response, 200, describeStoreroom(context));
    case 'POST /storeroom/verify':
      return await streamVerification(context, response);
    case 'POST /storeroom/gc':
      return sendJson(response, 200, collectGarbage(context));
    case 'GET /storeroom/quarantine':
      return sendJson(response, 200, { artifacts: context.storeroom.quarantined() });
    case 'PUT /artifact':
      return await takeArtifact(context, request, response);
    default: {
      const message = 'There are PUT /artifact, GET /storeroom, and what is below /storeroom.';
      return sendJson(response, 404, { code: 'not_found', message });
    }
  }
}

async function takeArtifact(
  { storeroom }: StagerContext,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const sizeBytes = Number(request.headers['content-length']);
  if (!Number.isSafeInteger(sizeBytes)) {
    sendJson(response, 411, { code: 'length_required', message: 'Send the size in Content-Length.' });
    return;
  }
  if (sizeBytes > storeroom.freeBytes())
    throw new FtpNodeError(
      'disk_full',
      `The file has ${sizeBytes} bytes, and the storeroom has room for ${storeroom.freeBytes()}. Free space on its disk, then publish again.`,
    );
  // A failure must not destroy the request: its answer goes out on the same connection.
  const { added, ...stored } = await storeroom.ingest(request.iterator({ destroyOnReturn: false }));
  sendJson(response, added ? 201 : 200, stored);
}

function sendJson(response: ServerResponse, status: number, body: object): void {
  const text = Buffer.from(JSON.stringify(body));
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': text.length });
  response.end(text);
  // What is still sent of a refused file is read and dropped: closing under it would lose the answer on its way.
  response.req.resume();
}

function sendError(response: ServerResponse, error: FtpNodeError, log: Logger): void {
  log.error({ code: error.code, err: error }, 'an artifact was not taken in');
  if (response.headersSent || response.destroyed) response.destroy();
  else sendJson(response, statusOf[error.code] ?? 500, { code: error.code, message: error.message });
}

async function closeServer(server: Server): Promise<void> {
  server.close();
  server.closeAllConnections();
  await once(server, 'close');
}
