// Server-sent events (HTML Living Standard, section 9.2): an answer that stays open and tells a page's script what
// happens. Called by routes of portal and console that have checked who asks and taken the answer over from the framework.
import type { ServerResponse } from 'node:http';
import { eventBeatMs, eventRetryMs } from './limits.ts';

/** An open stream. It ends when the reader goes away, or by `close`. */
export interface EventStream {
  /** Aborted once the stream is over, whoever ended it. */
  readonly ended: AbortSignal;
  /** Sends one event; false when the reader is behind, so that the next ones may be left out. Nothing after the end. */
  send(event: string, data: unknown): boolean;
  close(): void;
}

/** Begins the stream on an answer whose head is not sent yet, with the security headers in `headers`. */
export function openEventStream(
  response: ServerResponse,
  headers: Readonly<Record<string, string>>,
): EventStream {
  const ended = new AbortController();
  response.writeHead(200, {
    ...headers,
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store',
    'x-accel-buffering': 'no',
  });
  response.write(`retry: ${eventRetryMs}\n\n`);
  // Something now and then, so that a reader who is gone is noticed, and no proxy takes the stream for dead.
  const beat = setInterval(() => response.write(': beat\n\n'), eventBeatMs);
  const end = () => {
    clearInterval(beat);
    ended.abort();
  };
  response.once('close', end);
  // A reader who went away before that closes nothing any more.
  if (response.destroyed) end();
  return {
    ended: ended.signal,
    send: (event, data) => {
      if (response.writableEnded || response.destroyed) return false;
      return response.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
    },
    close: () => {
      clearInterval(beat);
      response.end();
    },
  };
}
