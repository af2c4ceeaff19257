// What the console shows when a request fails: a page with a plain sentence, and an incident number for what the log has.
// Called by start-console.ts.
import { RpcError } from '#commlink/rpc-error.ts';
import { html } from '#commlink/pages/html.ts';
import { replyFor } from '../error-replies.ts';
import type { ServiceContext } from '../service-context.ts';
import type { ConsoleReply, ConsoleRequest } from './console-app.ts';
import { identifyStaff } from './console-gate.ts';
import { statusOf } from './error-status.ts';
import { renderPage } from './layout.ts';
import { frameTexts } from './texts/console-texts.ts';
import type { StaffCaller } from './staff-session.ts';

const texts = frameTexts.failure;

/** Answers a request that failed. */
export async function answerConsoleError(
  context: ServiceContext,
  failed: { error: unknown; request: ConsoleRequest; reply: ConsoleReply },
): Promise<ConsoleReply> {
  const { request } = failed;
  const { method, id: incident } = request;
  const error = replyFor(failed.error, (code) =>
    context.log.error({ incident, code }, 'console request failed'),
  );
  if (error instanceof RpcError)
    return await sendProblem(context, failed, { status: statusOf(error), sentence: error.message });
  const status = clientErrorStatus(error);
  if (status) {
    const sentence = status === 413 ? texts.tooLarge : texts.notUnderstood;
    return await sendProblem(context, failed, { status, sentence });
  }
  context.log.error(
    { incident, method, route: request.routeOptions.url, err: error },
    'console request failed',
  );
  return await sendProblem(context, failed, { status: 500, sentence: texts.unexpected(incident) });
}

/** Answers with a page that has one sentence, and for who is signed in the navigation. */
export async function sendProblem(
  context: ServiceContext,
  { request, reply }: { request: ConsoleRequest; reply: ConsoleReply },
  { status, sentence }: { status: number; sentence: string },
): Promise<ConsoleReply> {
  const caller = await findCaller(context, request);
  const content = html`<p><a href="/">${frameTexts.sections['/']}</a></p>`;
  const notice = { kind: 'refused', text: sentence } as const;
  const page = renderPage({ title: texts.title, caller, notice, content });
  return reply.code(status).type('text/html; charset=utf-8').send(page);
}

/** Null also when that can't be found out: the page that tells of a failure must not fail. */
async function findCaller(context: ServiceContext, request: ConsoleRequest): Promise<StaffCaller | null> {
  try {
    const caller = await identifyStaff(context, request);
    return caller?.hasProved ? caller : null;
  } catch (error) {
    context.log.error({ incident: request.id, err: error }, 'who met a failure of the console is not known');
    return null;
  }
}

/** What Fastify itself refuses (too large, wrong type) carries a 4xx status. */
function clientErrorStatus(error: unknown): number | null {
  if (!(error instanceof Error) || !('statusCode' in error)) return null;
  const { statusCode } = error;
  return typeof statusCode === 'number' && statusCode >= 400 && statusCode < 500 ? statusCode : null;
}
