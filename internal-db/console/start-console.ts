// The staff console: one app behind an HTTPS entrance on an internal address, which changes with the settings while the app
// stays. It is administration, so no request is declined here. Called by start-services.ts.
import type { NodeConfiguration } from '#commlink/configuration/cluster-node.ts';
import { HttpsEntrance, type EntranceHandler, type PreparedEntrance } from '#commlink/https-entrance.ts';
import { checkIdentity } from '#commlink/settings/checked-identity.ts';
import type { ProcessFacts } from '../admin/describe-status.ts';
import {
  consoleConnectionsMax,
  consoleDrainMs,
  consoleHeadersMsMax,
  consoleRequestMsMax,
  consoleUploadMsMax,
} from '../limits.ts';
import type { ServiceContext } from '../service-context.ts';
import { createConsoleApp } from './console-app.ts';
import { loadConsoleAssets, registerConsoleAssets } from './console-assets.ts';
import { registerConsoleBranding } from './console-branding.ts';
import { answerConsoleError, sendProblem } from './console-errors.ts';
import { registerStaffApi } from './api/staff-api.ts';
import { registerConsoleRoutes } from './console-routes.ts';
import { registerLanguageRoute, speakByRequest, speakTo } from './language-switch.ts';
import { frameTexts } from './texts/console-texts.ts';
import { limitRequestTime } from './request-time.ts';

type Configuration = NodeConfiguration<'internal-db'>;

/** A running console. */
export interface RunningConsole {
  /** The port that it listens on now. */
  readonly port: number;
  /** Binds what is new in `next`; `commit` takes it over. Throws StartupError with the reason why that can't be. */
  prepare(next: Configuration): Promise<{ commit(): void; discard(): Promise<void> }>;
  close(): Promise<void>;
}

/** Starts it. Throws StartupError `PORT_TAKEN`, `PORT_FORBIDDEN`, `ADDRESS_UNUSABLE` or `CERTIFICATE_INVALID`. */
export async function startConsole(
  context: ServiceContext,
  configuration: Configuration,
  facts: ProcessFacts,
): Promise<RunningConsole> {
  checkIdentity(configuration.identity, null);
  const { handler, endStreams } = await buildConsole(context, facts);
  const entrance = new HttpsEntrance({
    name: 'console',
    server: {
      minVersion: 'TLSv1.2',
      // Of uploads; request-time.ts bounds all others. A connection on which nothing happens is closed all the same.
      requestTimeout: consoleUploadMsMax,
      headersTimeout: consoleHeadersMsMax,
      keepAliveTimeout: 10_000,
      idleTimeoutMs: 60_000,
    },
    drainMs: consoleDrainMs,
  });
  (await prepareEntrance(entrance, configuration)).commit(handler);
  let certificate = configuration.identity.certificate;
  return {
    get port() {
      return entrance.port;
    },
    prepare: async (next) => {
      if (next.identity.certificate !== certificate) checkIdentity(next.identity, Date.now());
      const prepared = await prepareEntrance(entrance, next);
      const commit = () => {
        certificate = next.identity.certificate;
        prepared.commit(handler);
      };
      return { commit, discard: () => prepared.discard() };
    },
    close: async () => {
      await Promise.all([entrance.close(), endStreams()]);
    },
  };
}

async function prepareEntrance(
  entrance: HttpsEntrance,
  { settings, identity }: Configuration,
): Promise<PreparedEntrance> {
  const { certificate, privateKey } = identity;
  const connectionsMax = consoleConnectionsMax;
  return await entrance.prepare({ address: settings.console, certificate, privateKey, connectionsMax });
}

/** The app behind the entrance. Live pages' streams, which have no end of their own, end by `endStreams`. */
async function buildConsole(
  context: ServiceContext,
  facts: ProcessFacts,
): Promise<{ handler: EntranceHandler; endStreams: () => Promise<void> }> {
  const app = await createConsoleApp();
  speakByRequest(app);
  app.setErrorHandler((error, request, reply) =>
    speakTo(request, () => answerConsoleError(context, { error, request, reply })),
  );
  app.setNotFoundHandler((request, reply) => {
    return sendProblem(context, { request, reply }, { status: 404, sentence: frameTexts.failure.noPage });
  });
  const assetStore = await loadConsoleAssets();
  registerConsoleAssets(app, assetStore);
  registerConsoleBranding(app, context, assetStore);
  registerLanguageRoute(app);
  registerConsoleRoutes(app, context, facts);
  registerStaffApi(app, context, facts);
  await app.ready();
  // Fastify answers what is no HTTP, or late, at its own server, which gets to see nothing else.
  const clientError: EntranceHandler['clientError'] = (error, socket) =>
    void app.server.emit('clientError', error, socket);
  const handler: EntranceHandler = {
    request: (request, response) => {
      const late = Object.assign(new Error('The request is late.'), { code: 'ERR_HTTP_REQUEST_TIMEOUT' });
      limitRequestTime(request, consoleRequestMsMax, () => clientError(late, request.socket));
      app.routing(request, response);
    },
    clientError,
  };
  return { handler, endStreams: () => app.close() };
}
