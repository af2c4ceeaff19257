// The HTTPS download server. Caller: prepare-protocols.ts, before the jail is shut.
import { createServer } from 'node:https';
import type { SecureVersion } from 'node:tls';
import { peopleTls } from '#commlink/people-tls.ts';
import type { ProtocolServer } from '../session-services.ts';
import { prepareWebServer, speakerOptions, type WebServerOptions } from './web-server.ts';

/** What the server is made with. */
export interface HttpsServerOptions extends WebServerOptions {
  /** PEM, and the oldest version of TLS that customers may use. */
  readonly tls: { readonly cert: string; readonly key: string; readonly minVersion: SecureVersion };
}

/** Makes the server; see ProtocolServer. */
export function prepareHttpsServer(options: HttpsServerOptions): ProtocolServer {
  const { services, tls } = options;
  const speaker = createServer({
    ...speakerOptions,
    ...tls,
    ...peopleTls,
    ALPNProtocols: ['http/1.1'],
    handshakeTimeout: services.limits.loginDeadlineMs,
  });
  speaker.on('tlsClientError', (error, socket) => {
    services.log.debug({ err: error }, 'a TLS handshake failed');
    socket.destroy();
  });
  return prepareWebServer(options, {
    protocol: 'https',
    speaker,
    onReady: (listener) => void speaker.on('secureConnection', listener),
  });
}
