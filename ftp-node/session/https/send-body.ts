// The body of a download, and its record: called complete only when the file's last byte was sent and the peer's TCP has
// acknowledged everything (acknowledgement.ts), and aborted when a whole file was asked for and broke off. A client that asked for a
// part often leaves it where another of its connections began: that is partial. Caller: handle-download.ts. The file stays the
// caller's.
import type { OutgoingHttpHeaders } from 'node:http';
import type { FileHandle } from 'node:fs/promises';
import { waitForAcknowledgement } from '../acknowledgement.ts';
import { sendFile, type SendingResult } from '../send-file.ts';
import type { Transfer } from '../session-services.ts';
import type { DownloadExchange } from './download-exchange.ts';
import { lengthOf, type PlannedBody } from './file-parts.ts';

/** A transfer that has begun, and what it is to send. */
export interface BodySending {
  readonly transfer: Transfer;
  readonly handle: FileHandle;
  readonly body: PlannedBody;
  readonly headers: OutgoingHttpHeaders;
}

/** Sends headers and body and records the end, whatever happens. */
export async function sendBody(exchange: DownloadExchange, sending: BodySending): Promise<void> {
  const { response, socket, services, customer } = exchange;
  const { transfer, body } = sending;
  let sentBytes = 0;
  let outcome: 'complete' | 'partial' | 'aborted' = body.status === 206 ? 'partial' : 'aborted';
  try {
    response.writeHead(body.status, sending.headers);
    response.flushHeaders();
    const result = await sendPieces(exchange, sending);
    sentBytes = result.sentBytes;
    if (result.end === 'read_failed')
      services.log.error({ err: result.cause }, 'a staged file could not be read');
    if (result.end !== 'sent') {
      // Never an orderly close: the client must see that the file is not whole, and of a revoked one get no more.
      customer.reset();
      return;
    }
    // Asked before the response ends: with `Connection: close` the end closes the socket, and nobody could be asked.
    const { stallTimeoutMs } = services.limits;
    const acknowledged = await waitForAcknowledgement(socket, { stallTimeoutMs, signal: transfer.signal });
    if (acknowledged) response.end();
    else socket.destroy();
    if (acknowledged) outcome = body.reachesEnd ? 'complete' : 'partial';
  } finally {
    transfer.end(outcome, sentBytes);
  }
}

/** Counts bytes of the file alone. A part that breaks off ends the whole answer. */
async function sendPieces(
  { response, socket, services }: DownloadExchange,
  { transfer, handle, body }: BodySending,
): Promise<SendingResult> {
  let doneBytes = 0;
  for (const piece of body.pieces) {
    if ('text' in piece) {
      response.write(piece.text);
      continue;
    }
    const beforeBytes = doneBytes;
    const result = await sendFile({
      handle,
      offsetBytes: piece.span.firstByte,
      lengthBytes: lengthOf(piece.span),
      destination: response,
      socket,
      transfer: {
        signal: transfer.signal,
        // Asked before each write: a limit may come and go.
        get pace() {
          return transfer.pace;
        },
        progress: (sentBytes) => transfer.progress(beforeBytes + sentBytes),
      },
      limits: services.limits,
    });
    doneBytes += result.sentBytes;
    if (result.end !== 'sent') return { ...result, sentBytes: doneBytes };
  }
  return { end: 'sent', sentBytes: doneBytes };
}
