// Starts the three protocol servers of a session server: reads their keys and binds their ports, all before the jail
// is shut. Caller: session/main.ts. Nothing of a connection is read before `opened` resolves.
import { readFileSync } from 'node:fs';
import { StartupError } from '#commlink/process-lifecycle.ts';
import { createInternalDbVerifier } from '../internal-db-verifier.ts';
import { explainListenError } from './explain-listen-error.ts';
import { startFtpServer } from './ftp/ftp-server.ts';
import { startHttpsServer } from './https/https-server.ts';
import type { SessionServerConfig } from './session-config.ts';
import type { ProtocolServer, ProtocolServerOptions } from './session-services.ts';
import { startSftpServer } from './sftp/sftp-server.ts';

/** The running servers of one session server. */
export interface ProtocolServers {
  readonly https: ProtocolServer;
  readonly ftp: ProtocolServer;
  readonly sftp: ProtocolServer;
}

/** Starts them. Throws StartupError when a key cannot be read or a port cannot be bound. */
export async function startProtocols(
  config: SessionServerConfig,
  protocol: ProtocolServerOptions,
): Promise<ProtocolServers> {
  const { listenHost: host, sharePorts } = config;
  const tls = { cert: readKeyFile(config.certFile), key: readKeyFile(config.keyFile) };
  const hostKeys = config.hostKeyFiles.map(readKeyFile);
  const verifier = createInternalDbVerifier(config.internalDbKeys);
  const issuer = { cluster: config.cluster, node: config.node, verifier };
  const explain = (port: number, purpose: string) => (error: unknown) => {
    throw explainListenError(error, { host, port, purpose });
  };
  const https = await startHttpsServer({
    ...protocol,
    config: { host, port: config.httpsPort, sharePorts },
    tls,
    issuer,
  }).catch(explain(config.httpsPort, 'HTTPS downloads'));
  const ftp = await startFtpServer({ ...protocol, config: { host, ...config.ftp }, tls }).catch(
    explain(config.ftp.port, 'FTP'),
  );
  const sftp = await startSftpServer({
    ...protocol,
    config: { host, port: config.sftpPort },
    hostKeys,
  }).catch(explain(config.sftpPort, 'SFTP'));
  return { https, ftp, sftp };
}

function readKeyFile(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (cause) {
    throw new StartupError(
      'KEY_FILE_UNREADABLE',
      `The file ${file} cannot be read. Correct its place in the configuration, or its owner and mode.`,
      { cause },
    );
  }
}
