// One request, from the link to the headers of its answer. Caller: request-queue.ts. Trusts a link only after it was
// verified, and asks the stager before the first byte; the body is send-body.ts's.
import type { OutgoingHttpHeaders } from 'node:http';
import { packageMediaType } from '#commlink/fleet/fleet-names.ts';
import type { DownloadUrl } from '#commlink/methods/documents.ts';
import {
  AccountDirectoryError,
  type OpenedFile,
  type Transfer,
  type TransferRefusal,
} from '../session-services.ts';
import { answerWithPage, type PageName } from './answer-page.ts';
import { decideRange } from './byte-range.ts';
import { digestFields } from './digest-fields.ts';
import type { DownloadExchange } from './download-exchange.ts';
import { verifyDownloadLink, type LinkVerdict } from './download-link.ts';
import { planBody, type PlannedBody } from './file-parts.ts';
import { evaluatePreconditions } from './preconditions.ts';
import {
  entityTagOf,
  fileHeaders,
  safeMediaType,
  validatorHeaders,
  type DescribedFile,
} from './response-headers.ts';
import { sendBody } from './send-body.ts';

/** For answers that another try, seconds later, will not get. */
const retryShortly = { 'retry-after': '2' };

type ValidLink = Extract<LinkVerdict, { valid: true }>;

/** Answers a request; resolves when the exchange is over and recorded. Rejects for faults only. */
export async function handleDownload(exchange: DownloadExchange): Promise<void> {
  const { request, response, services } = exchange;
  const link = verifyDownloadLink(request.url ?? '', exchange.issuer, Date.now());
  // Without a link that is valid nobody keeps a connection: it takes a place of the whole node.
  const closing = link.valid ? {} : { connection: 'close' };
  const refuse = (page: PageName, headers = {}): void =>
    answerWithPage(request, response, { page, headers: { ...closing, ...headers } });
  // Whatever else is asked for in clear, nothing is said about it.
  if (exchange.protocol === 'http' && !isMeantForClear(link))
    return refuse('encryption_required', upgradeHeaders);
  if (request.method !== 'GET' && request.method !== 'HEAD')
    return refuse('method_refused', { allow: 'GET, HEAD' });
  if (!link.valid) return refuse(link.page);
  if (services.isDraining()) return refuse('draining', { 'retry-after': '60' });
  if (!(await isAdmitted(exchange))) return refuse('declined', retryShortly);
  if (!(await services.enterAccount(link.claims.account)))
    return refuse('misdirected', { connection: 'close' });
  const file = await openStagedFile(exchange, link);
  if (file === null) return refuse('not_staged');
  await using opened = file;
  const { sha256, mediaType } = link.claims;
  const described: DescribedFile = { name: link.name, sha256, modifiedAtMs: opened.modifiedAtMs };
  const validators = { entityTag: entityTagOf(sha256), modifiedAtMs: described.modifiedAtMs };
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
  const body = planBody(range, { sizeBytes: opened.sizeBytes, mediaType: safeMediaType(mediaType) });
  const isWholeContent = body.status === 200 && request.method === 'GET';
  const headers: OutgoingHttpHeaders = {
    ...fileHeaders(described),
    ...digestFields(request.headers, { sha256, isWholeContent }),
    ...body.headers,
  };
  if (request.method === 'HEAD') {
    if (!(await isStillStaged(exchange, link))) return refuse('not_staged');
    response.writeHead(200, headers).end();
    return;
  }
  const transfer = await beginTransfer(exchange, link, body);
  if (transfer === 'not_staged') return refuse('not_staged');
  if (typeof transfer === 'string') return refuse('busy', retryShortly);
  await sendBody(exchange, { transfer, handle: opened.handle, body, headers });
}

/** RFC 9110 section 15.5.22. */
const upgradeHeaders = { upgrade: 'TLS/1.2, HTTP/1.1', connection: 'upgrade, close' };

/** Nothing but packages: whatever else a link says of its file, nobody else signs and encrypts it in itself. */
function isMeantForClear(link: LinkVerdict): boolean {
  if (!link.valid) return link.page === 'link_expired' && link.plain;
  return link.claims.plain === true && link.claims.mediaType === packageMediaType;
}

function principalOf({ delivery, appliance }: DownloadUrl): string {
  return appliance === undefined ? `delivery:${delivery}` : `appliance:${appliance}`;
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

function beginTransfer(
  { services, customer, protocol }: DownloadExchange,
  { claims, path }: ValidLink,
  body: PlannedBody,
): Promise<Transfer | TransferRefusal> {
  return services.beginTransfer({
    account: claims.account,
    path,
    principal: principalOf(claims),
    protocol,
    connection: customer.connection,
    address: customer.address,
    offsetBytes: body.offsetBytes,
    sizeBytes: claims.sizeBytes,
    delivery: claims.delivery,
  });
}
