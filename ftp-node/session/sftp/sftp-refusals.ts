// The statuses for what can't be done, in the protocol's words; none says anything about this machine's own paths.
// Callers: the request handlers and sftp-session.ts.
import { randomUUID } from 'node:crypto';
import type { Logger } from '#commlink/log.ts';
import { CustomerPathError } from '../customer-path.ts';
import { AccountDirectoryError } from '../session-services.ts';
import { encodeStatus } from './sftp-encode.ts';
import { statusCode } from './sftp-protocol.ts';

/** The status for something thrown: an expected refusal in the protocol's words, or a fault with an incident id. */
export function encodeFailure(log: Logger, id: number, error: unknown): Buffer {
  if (error instanceof CustomerPathError || error instanceof AccountDirectoryError) {
    switch (error.code) {
      case 'BAD_PATH':
      case 'not_found':
      case 'not_a_directory':
        return encodeNotFound(id);
      case 'not_a_file':
        return encodeStatus(id, statusCode.failure, 'This is a directory.');
      case 'input_output':
        break;
    }
  }
  const incident = randomUUID();
  log.error({ err: error, incident }, 'sftp request failed');
  const text = `The server could not do this. Try again; if it stays so, report incident ${incident}.`;
  return encodeStatus(id, statusCode.failure, text);
}

/** The status for a file that is not there, or not there any more. */
export function encodeNotFound(id: number): Buffer {
  return encodeStatus(id, statusCode.noSuchFile, 'No such file or directory.');
}

/** The status for what is declined now and will not be in a moment. */
export function encodeTryAgain(id: number): Buffer {
  return encodeStatus(id, statusCode.failure, 'The server is busy; please try again in a moment.');
}

/** The status for a handle that is not open. */
export function encodeBadHandle(id: number): Buffer {
  return encodeStatus(id, statusCode.failure, 'This handle is not open.');
}

/** The status for a request that would change something. */
export function encodeReadOnly(id: number): Buffer {
  return encodeStatus(id, statusCode.permissionDenied, 'This server is read-only.');
}

/** The status for a request that this server does not know. */
export function encodeUnsupported(id: number): Buffer {
  return encodeStatus(id, statusCode.opUnsupported, 'This operation is not supported.');
}
