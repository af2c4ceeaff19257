// The plain HTTP download server: for links that say that their file is signed and encrypted in itself. Everything else
// is answered 426, with nothing about whether it exists (handle-download.ts). Caller: prepare-protocols.ts.
import { createServer } from 'node:http';
import type { ProtocolServer } from '../session-services.ts';
import { prepareWebServer, speakerOptions, type WebServerOptions } from './web-server.ts';

/** Makes the server; see ProtocolServer. */
export function prepareHttpServer(options: WebServerOptions): ProtocolServer {
  const speaker = createServer(speakerOptions);
  return prepareWebServer(options, {
    protocol: 'http',
    speaker,
    onReady: (listener) => {
      speaker.on('connection', (socket) => {
        listener(socket);
        // Accepted paused; a TLS server would read it by itself.
        socket.resume();
      });
    },
  });
}
