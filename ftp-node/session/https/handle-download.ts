// One HTTPS request, from the link to the last acknowledged byte. Caller: request-queue.ts. Trusts a link only after it
// was verified; asks the stager before the first byte; and calls a download complete only when the file's last byte was
// sent and the peer's TCP has acknowledged everything (acknowledgement.ts).
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { waitForAcknowledgement } from '../acknowledgement.ts';
import { sendFile } from '../send-file.ts';
import {
  AccountDirectoryError,
  type OpenedFile,
  type SessionServices,
  type Transfer,
  type TransferRefusal,
} from '../session-services.ts';
import { answerWithPage, type PageName } from './answer-page.ts';
import { decideRange } from './byte-range.ts';
import type { CustomerConnection } from './customer-connections.ts';
import { verifyDownloadLink, type LinkIssuer, type LinkVerdict } from './download-link.ts';
import { evaluatePreconditions } from './preconditions.ts';
import { entityTagOf, fileHeaders, validatorHeaders, type DescribedFile } from './response-headers.ts';

/** One request and what it is answered with. */
export interface DownloadExchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly socket: Socket;
  readonly customer: CustomerConnection;
  readonly services: SessionServices;
  readonly issuer: LinkIssuer;
}

/** For answers that another try, seconds later, will not get. */
const retryShortly = { 'retry-after': '2' };

type ValidLink = Extract<LinkVerdict, { valid: true }>;

interface Part {
  readonly offsetBytes: number;
  readonly lengthBytes: number;
  readonly status: 200 | 206;
}

/** Answers a request; resolves when the exchange is over and recorded. Rejects for faults only. */
export async function handleDownload(exchange: DownloadExchange): Promise<void> {
  const { request, response } = exchange;
  const refuse = (page: PageName, headers = {}): void => answerWithPage(request, response, { page, headers });
  if (request.method !== 'GET' && request.method !== 'HEAD')
    return refuse('method_refused', { allow: 'GET, HEAD' });
  const link = verifyDownloadLink(request.url ?? '', exchange.issuer, Date.now());
  if (!link.valid) return refuse(link.page);
  if (!(await isAdmitted(exchange))) return refuse('declined', retryShortly);
  const file = await openStagedFile(exchange, link);
  if (file === null) return refuse('not_staged');
  await using opened = file;
  const described: DescribedFile = {
    name: link.name,
    sha256: link.claims.sha256,
    mediaType: link.claims.mediaType,
    modifiedAtMs: opened.modifiedAtMs,
  };
  const validators = { entityTag: entityTagOf(described.sha256), modifiedAtMs: described.modifiedAtMs };
  const verdict = evaluatePreconditions(request.headers, validators);
  if ('status' in verdict) {
    if (verdict.status === 412) return refuse('precondition_failed');
    response.writeHead(304, validatorHeaders(described)).end();
    return;
  }
  const rangeHeader = request.method === 'GET' && verdict.useRange ? request.headers.range : undefined;
  const range = decideRange(rangeHeader, opened.sizeBytes);
  if (range.kind === 'unsatisfiable')
    return refuse('range_outside', {
      ...validatorHeaders(described),
      'content-range': `bytes */${opened.sizeBytes}`,
    });
  const part: Part =
    range.kind === 'whole'
      ? { offsetBytes: 0, lengthBytes: opened.sizeBytes, status: 200 }
      : { offsetBytes: range.firstByte, lengthBytes: range.lastByte - range.firstByte + 1, status: 206 };
  if (request.method === 'HEAD') {
    if (!(await isStillStaged(exchange, link))) return refuse('not_staged');
    response.writeHead(200, partHeaders(described, opened, part)).end();
    return;
  }
  const transfer = await beginTransfer(exchange, link, part);
  if (transfer === 'not_staged') return refuse('not_staged');
  if (typeof transfer === 'string') return refuse('busy', retryShortly);
  await sendPart(exchange, { transfer, opened, part, headers: partHeaders(described, opened, part) });
}

/** Held back while the node changes its configuration; who goes away meanwhile is not waited for. */
async function isAdmitted({ services, socket }: DownloadExchange): Promise<boolean> {
  const gone = new AbortController();
  const onClose = (): void => gone.abort();
  socket.once('close', onClose);
  try {
    return await services.waitForAdmission(gone.signal);
  } finally {
    socket.off('close', onClose);
  }
}

async function openStagedFile(exchange: DownloadExchange, link: ValidLink): Promise<OpenedFile | null> {
  try {
    const file = await exchange.services.accountDirectory(link.claims.account).openFile(link.path);
    if (file.sizeBytes === link.claims.sizeBytes) return file;
    await file[Symbol.asyncDispose]();
    return null;
  } catch (error) {
    if (error instanceof AccountDirectoryError && error.code !== 'input_output') return null;
    throw error;
  }
}

async function isStillStaged({ services }: DownloadExchange, link: ValidLink): Promise<boolean> {
  const { account, delivery } = link.claims;
  return (await services.describeStaging(account, link.path, delivery)) !== null;
}

function partHeaders(described: DescribedFile, opened: OpenedFile, part: Part) {
  const lastByte = part.offsetBytes + part.lengthBytes - 1;
  return {
    ...fileHeaders(described),
    'content-length': part.lengthBytes,
    ...(part.status === 206
      ? { 'content-range': `bytes ${part.offsetBytes}-${lastByte}/${opened.sizeBytes}` }
      : {}),
  };
}

function beginTransfer(
  { services, customer }: DownloadExchange,
  { claims, path }: ValidLink,
  part: Part,
): Promise<Transfer | TransferRefusal> {
  return services.beginTransfer({
    account: claims.account,
    path,
    principal: `delivery:${claims.delivery}`,
    protocol: 'https',
    connection: customer.connection,
    address: customer.address,
    offsetBytes: part.offsetBytes,
    sizeBytes: claims.sizeBytes,
    delivery: claims.delivery,
  });
}

/** Sends the bytes and records the end, whatever happens. */
async function sendPart(
  { response, socket, services, customer }: DownloadExchange,
  sending: { transfer: Transfer; opened: OpenedFile; part: Part; headers: ReturnType<typeof partHeaders> },
): Promise<void> {
  const { transfer, opened, part } = sending;
  let sentBytes = 0;
  let outcome: 'complete' | 'partial' = 'partial';
  try {
    response.writeHead(part.status, sending.headers);
    response.flushHeaders();
    const result = await sendFile({
      handle: opened.handle,
      offsetBytes: part.offsetBytes,
      lengthBytes: part.lengthBytes,
      destination: response,
      socket,
      transfer,
      limits: services.limits,
    });
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
    const reachesEnd = part.offsetBytes + part.lengthBytes === opened.sizeBytes;
    if (acknowledged && reachesEnd) outcome = 'complete';
  } finally {
    transfer.end(outcome, sentBytes);
  }
}
