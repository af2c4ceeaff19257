// The few pages that the download server has: what is wrong with a link, and what to do about it. Callers: the HTTPS
// server's files. HTML for browsers, one line of text for everything else. No address, name or id of the request is
// repeated, so there is nothing to escape and nothing to leak.
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { securityHeaders } from './response-headers.ts';

/** The pages, by the reason for them. */
const pages = {
  no_such_page: [
    404,
    'There is nothing here',
    'Download links come from the portal: open it and click Download.',
  ],
  link_invalid: [
    403,
    'This link is not valid',
    'It may have been cut short. Open the portal and click Download again.',
  ],
  link_expired: [410, 'This link has expired', 'Open the portal and click Download again.'],
  not_staged: [410, 'This file is not ready any more', 'Open the portal and click Download again.'],
  method_refused: [405, 'This server only hands files out', 'Use GET or HEAD.'],
  precondition_failed: [
    412,
    'This is another file than you expected',
    'Start the download from the beginning.',
  ],
  range_outside: [416, 'The file is not that long', 'Start the download from the beginning.'],
  misdirected: [421, 'This connection is for another account', 'Try again: it takes another connection.'],
  busy: [503, 'Too many downloads are running', 'Wait a minute, then try again.'],
  declined: [503, 'Try again in a moment', 'This server is changing its configuration, which takes seconds.'],
  draining: [
    503,
    'This server is going out of service',
    'Wait a minute, then open the portal and click Download again.',
  ],
  encryption_required: [
    426,
    'Upgrade Required',
    'This server sends files over HTTPS. Open the portal and click Download again.',
  ],
  fault: [
    500,
    'The file could not be sent',
    'Try again. If it happens again, tell the vendor the time of day.',
  ],
} as const;
/** Which page. */
export type PageName = keyof typeof pages;

/** Answers with a page. The connection stays open unless the request's body was not read. */
export function answerWithPage(
  request: IncomingMessage,
  response: ServerResponse,
  { page, headers = {} }: { page: PageName; headers?: OutgoingHttpHeaders },
): void {
  const [status, title, advice] = pages[page];
  const isBrowser = String(request.headers.accept ?? '').includes('text/html');
  const body = Buffer.from(isBrowser ? renderPage(title, advice) : `${title}. ${advice}\n`);
  response.writeHead(status, {
    ...securityHeaders,
    'cache-control': 'no-store',
    'content-type': isBrowser ? 'text/html; charset=utf-8' : 'text/plain; charset=utf-8',
    'content-length': body.length,
    ...(request.method === 'GET' || request.method === 'HEAD' ? {} : { connection: 'close' }),
    ...headers,
  });
  response.end(request.method === 'HEAD' ? undefined : body);
}

function renderPage(title: string, advice: string): string {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>body{font:1.1rem/1.5 system-ui,sans-serif;max-width:32rem;margin:20vh auto;padding:0 1rem}</style>
<h1>${title}</h1>
<p>${advice}</p>
</html>
`;
}
