// Makes the protocol servers of a session server, those that are enabled, with all that they ever read: keys, names,
// modules. Caller: session/main.ts, before the jail is shut; none of them listens before it is told to.
import { StartupError } from '#commlink/process-lifecycle.ts';
import type { InternalDbVerifier } from '../internal-db-verifier.ts';
import { prepareFtpServers } from './ftp/ftp-server.ts';
import { prepareHttpServer } from './https/http-server.ts';
import { prepareHttpsServer } from './https/https-server.ts';
import type { ProtocolName } from './protocol-name.ts';
import type { SessionServerConfig } from './session-config.ts';
import type { ProtocolServer, SessionServices } from './session-services.ts';
import { prepareSftpServer } from './sftp/sftp-server.ts';
import { HostKeyError } from './sftp/ssh-engine.ts';

/** The servers of the protocols that are enabled. */
export type ProtocolServers = ReadonlyMap<ProtocolName, ProtocolServer>;

/** Makes them. Throws StartupError `HOST_KEY_INVALID`; the stager has checked the certificate. */
export async function prepareProtocols(
  config: SessionServerConfig,
  { services, verifier }: { services: SessionServices; verifier: InternalDbVerifier },
): Promise<ProtocolServers> {
  const { cluster, identity } = config;
  const servers = new Map<ProtocolName, ProtocolServer>();
  const tls = { cert: identity.certificate, key: identity.privateKey, minVersion: config.tlsMinimum };
  const web = { services, issuer: { cluster, verifier } };
  if (config.https) servers.set('https', prepareHttpsServer({ ...web, tls }));
  if (config.http) servers.set('http', prepareHttpServer(web));
  if (config.ftp !== null) {
    const ftp = { services, tls, config: config.ftp };
    const { explicit, implicit } = await prepareFtpServers(ftp);
    servers.set('ftp', explicit);
    if (config.ftp.implicitTls) servers.set('ftps', implicit);
  }
  if (config.sftp) {
    const hostKeys = identity.hostKeys.map((key) => Buffer.from(key));
    servers.set('sftp', await prepareSftpServer({ services, hostKeys }).catch(explainHostKey));
  }
  return servers;
}

function explainHostKey(error: unknown): never {
  if (!(error instanceof HostKeyError)) throw error;
  throw new StartupError('HOST_KEY_INVALID', `${error.message} Make one with ssh-keygen -t ed25519.`);
}
