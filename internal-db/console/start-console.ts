// Starts the staff console on its internal address. Called by start-services.ts.
import { readFile } from 'node:fs/promises';
import { RpcError } from '#commlink/rpc-error.ts';
import { StartupError } from '#commlink/process-lifecycle.ts';
import type { ProcessFacts } from '../admin/describe-status.ts';
import type { InternalDbConfig } from '../config.ts';
import { replyFor } from '../error-replies.ts';
import type { ServiceContext } from '../service-context.ts';
import { createConsoleApp, type ConsoleApp, type ConsoleReply, type ConsoleRequest } from './console-app.ts';
import { registerConsoleRoutes, statusOf } from './console-routes.ts';
import { html } from './html.ts';
import { renderPage } from './layout.ts';

/** A running console. */
export interface RunningConsole {
  readonly port: number;
  close(): Promise<void>;
}

/** Starts it. Throws StartupError `PORT_TAKEN`, `ADDRESS_UNUSABLE` or `CERTIFICATE_UNREADABLE`. */
export async function startConsole(
  context: ServiceContext,
  config: InternalDbConfig['console'],
  facts: ProcessFacts,
): Promise<RunningConsole> {
  const pem = {
    certificate: await readPem(config.certFile),
    privateKey: await readPem(config.keyFile),
  };
  const app = await createConsoleApp(pem);
  app.setErrorHandler((error, request, reply) => answerError(context, { error, request, reply }));
  app.setNotFoundHandler((_request, reply) =>
    sendProblem(reply, 404, 'There is no such page. Begin again at the overview.'),
  );
  registerConsoleRoutes(app, context, facts);
  await listen(app, config);
  const address = app.server.address();
  return {
    port: typeof address === 'object' && address ? address.port : config.port,
    close: () => app.close(),
  };
}

async function listen(app: ConsoleApp, { host, port }: InternalDbConfig['console']): Promise<void> {
  try {
    await app.listen({ host, port });
  } catch (error) {
    await app.close();
    if (!(error instanceof Error) || !('code' in error)) throw error;
    if (error.code === 'EADDRINUSE') {
      const advice = 'Stop that program, or choose another port (CONSIGN_PORT_BASE).';
      throw new StartupError('PORT_TAKEN', `Port ${port} on ${host} is taken by another program. ${advice}`, {
        cause: error,
      });
    }
    const advice = 'Give the console an address of this machine.';
    throw new StartupError('ADDRESS_UNUSABLE', `The console can't listen on ${host}:${port}. ${advice}`, {
      cause: error,
    });
  }
}

async function readPem(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    const advice = 'Check its name and owner in the configuration.';
    throw new StartupError('CERTIFICATE_UNREADABLE', `The console's ${file} can't be read. ${advice}`, {
      cause,
    });
  }
}

function answerError(
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

/** What Fastify itself refuses (too large, wrong type) carries a 4xx status. */
function clientErrorStatus(error: unknown): number | null {
  if (!(error instanceof Error) || !('statusCode' in error)) return null;
  const { statusCode } = error;
  return typeof statusCode === 'number' && statusCode >= 400 && statusCode < 500 ? statusCode : null;
}

function sendProblem(reply: ConsoleReply, status: number, sentence: string): ConsoleReply {
  const content = html`<p><a href="/">Overview</a></p>`;
  const notice = { kind: 'refused', text: sentence } as const;
  const page = renderPage({ title: 'That did not work', caller: null, notice, content });
  return reply.code(status).type('text/html; charset=utf-8').send(page);
}
