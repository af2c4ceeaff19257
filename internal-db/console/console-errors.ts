// What the console shows when a request fails: a page with a plain sentence, and an incident number for what the log has.
// Called by start-console.ts.
import { RpcError } from '#commlink/rpc-error.ts';
import { html } from '#commlink/pages/html.ts';
import { replyFor } from '../error-replies.ts';
import type { ServiceContext } from '../service-context.ts';
import type { ConsoleReply, ConsoleRequest } from './console-app.ts';
import { statusOf } from './console-routes.ts';
import { renderPage } from './layout.ts';

/** Answers a request that failed. */
export function answerConsoleError(
  context: ServiceContext,
  failed: { error: unknown; request: ConsoleRequest; reply: ConsoleReply },
): ConsoleReply {
  const { request, reply } = failed;
  const { method, id: incident } = request;
  const error = replyFor(failed.error, (code) =>
    context.log.error({ incident, code }, 'console request failed'),
  );
  if (error instanceof RpcError) return sendProblem(reply, statusOf(error), error.message);
  const status = clientErrorStatus(error);
  if (status) return sendProblem(reply, status, 'The console does not understand this request.');
  context.log.error(
    { incident, method, route: request.routeOptions.url, err: error },
    'console request failed',
  );
  return sendProblem(reply, 500, `Something failed on our side. The log has it as incident ${incident}.`);
}

/** Answers with a page that has one sentence. */
export function sendProblem(reply: ConsoleReply, status: number, sentence: string): ConsoleReply {
  const content = html`<p><a href="/">Overview</a></p>`;
  const notice = { kind: 'refused', text: sentence } as const;
  const page = renderPage({ title: 'That did not work', caller: null, notice, content });
  return reply.code(status).type('text/html; charset=utf-8').send(page);
}

/** What Fastify itself refuses (too large, wrong type) carries a 4xx status. */
function clientErrorStatus(error: unknown): number | null {
  if (!(error instanceof Error) || !('statusCode' in error)) return null;
  const { statusCode } = error;
  return typeof statusCode === 'number' && statusCode >= 400 && statusCode < 500 ? statusCode : null;
}
