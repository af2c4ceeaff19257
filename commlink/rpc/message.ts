// The messages of a connection, one a line. Both sides use the same shapes, since either may call:
//   {"id":7,"method":"session.open","deadlineMs":10000,"params":{…}}   a call; some carry "version":"…" and "request":"…" too
//   {"id":7,"result":{…}}  or  {"id":7,"error":{"code":"…","message":"…"}}   its one answer; some errors have a "reason":"…" too
//   {"cancel":7}   the caller is gone;  {"ping":1}  {"pong":1}   sign of life;  {"drain":true}   no more calls from me
// Callers: rpc-connection.ts and its two sides. Trusts nothing: a line of any other shape is no message.
import { isRequestId } from '../request-id.ts';
import { RpcError, type RpcErrorCode } from '../rpc-error.ts';
import { toSevenBit } from './line-codec.ts';

/** A parsed line. `unknown` parts are checked against the method's schemas later. */
export type Message =
  | {
      readonly type: 'call';
      id: number;
      method: string;
      deadlineMs: number;
      version: string | undefined;
      request: string | undefined;
      params: unknown;
    }
  | { readonly type: 'result'; id: number; result: unknown }
  | { readonly type: 'error'; id: number; error: RpcError }
  | { readonly type: 'cancel'; id: number }
  | { readonly type: 'ping' | 'pong' | 'drain' };

const codes: ReadonlySet<string> = new Set<RpcErrorCode>([
  'unknown_method',
  'forbidden',
  'bad_request',
  'bad_reply',
  'deadline',
  'cancelled',
  'disconnected',
  'unavailable',
  'overloaded',
  'too_large',
  'not_found',
  'conflict',
  'declined',
  'refused',
  'internal',
]);
const errorMessageCharsMax = 1000;
const reasonPattern = /^[a-z0-9_]{1,64}$/;

/** Parses a line; undefined when it is not one of our messages. Never throws. */
export function parseMessage(line: string): Message | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const fields = value as Record<string, unknown>;
  const { id } = fields;
  if (id === undefined) return parseControl(fields);
  if (!isId(id)) return undefined;
  if (fields['method'] !== undefined) return parseCall(id, fields);
  if (fields['result'] !== undefined) return { type: 'result', id, result: fields['result'] };
  return parseError(id, fields['error']);
}

/** A call's line. `quotedName` is the method's name as JSON; `version` and `request` are plain letters and digits. */
export function encodeCall(
  id: number,
  row: { readonly quotedName: string },
  call: { deadlineMs: number; version: string | undefined; request: string | undefined; params: unknown },
): string {
  const params = toSevenBit(JSON.stringify(call.params) ?? 'null');
  const version = call.version === undefined ? '' : `,"version":"${call.version}"`;
  const request = call.request === undefined ? '' : `,"request":"${call.request}"`;
  const head = `{"id":${id},"method":${row.quotedName},"deadlineMs":${call.deadlineMs}`;
  return `${head}${version}${request},"params":${params}}\r\n`;
}

/** A result's line. */
export function encodeResult(id: number, result: unknown): string {
  return `{"id":${id},"result":${toSevenBit(JSON.stringify(result) ?? 'null')}}\r\n`;
}

/** An error's line. */
export function encodeError(id: number, error: RpcError): string {
  const reason = error.reason === null ? {} : { reason: error.reason };
  const message = error.advice === null ? error.message : `${error.message} ${error.advice}`;
  const body = { code: error.code, message: message.slice(0, errorMessageCharsMax), ...reason };
  return `{"id":${id},"error":${toSevenBit(JSON.stringify(body))}}\r\n`;
}

/** A cancellation's line. */
export function encodeCancel(id: number): string {
  return `{"cancel":${id}}\r\n`;
}

/** The lines without variable parts. */
export const controlLines = {
  ping: '{"ping":1}\r\n',
  pong: '{"pong":1}\r\n',
  drain: '{"drain":true}\r\n',
} as const;

function isId(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value > 0;
}

function parseCall(id: number, fields: Record<string, unknown>): Message | undefined {
  const { method, deadlineMs, version, request, params } = fields;
  if (typeof method !== 'string' || typeof deadlineMs !== 'number' || !(deadlineMs > 0)) return undefined;
  if (version !== undefined && typeof version !== 'string') return undefined;
  if (request !== undefined && !isRequestId(request)) return undefined;
  return { type: 'call', id, method, deadlineMs, version, request, params };
}

function parseError(id: number, error: unknown): Message | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  const { code, message, reason } = error as Record<string, unknown>;
  if (typeof code !== 'string' || !codes.has(code) || typeof message !== 'string') return undefined;
  const text = message.slice(0, errorMessageCharsMax);
  const known = typeof reason === 'string' && reasonPattern.test(reason) ? { reason } : {};
  return { type: 'error', id, error: new RpcError(code as RpcErrorCode, text, known) };
}

function parseControl(fields: Record<string, unknown>): Message | undefined {
  if (isId(fields['cancel'])) return { type: 'cancel', id: fields['cancel'] };
  if (fields['ping'] !== undefined) return { type: 'ping' };
  if (fields['pong'] !== undefined) return { type: 'pong' };
  if (fields['drain'] !== undefined) return { type: 'drain' };
  return undefined;
}
