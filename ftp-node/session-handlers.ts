// What the stager answers its session servers: the jail's door (session-methods.ts). Caller: main.ts gives these to the
// session host, one set for each session server, so that each speaks for its own transfers only.
import type { FtpNodeConfig } from './config.ts';
import type { DownloadRegister } from './downloads/download-register.ts';
import { defaultSessionLimits } from './limits.ts';
import { verifyLogin, type LoginRelayOptions } from './login-relay.ts';
import type { HostHandlers } from './session-host/session-process.ts';
import type { SessionServerConfig } from './session/session-config.ts';
import type { StagerContext } from './stager/stager-context.ts';

/** What the handlers work with. */
export interface SessionDoor {
  readonly context: StagerContext;
  readonly downloads: DownloadRegister;
  readonly login: LoginRelayOptions;
  readonly configFor: (name: string) => SessionServerConfig;
}

/** The handlers for the session server `name`. */
export function sessionHandlers(door: SessionDoor, name: string): HostHandlers {
  const { context, downloads } = door;
  return {
    'server.configure': async () => door.configFor(name),
    'login.verify': (attempt, { signal }) => verifyLogin(door.login, attempt, signal),
    'staging.describe': async ({ account, path, delivery: asked }) => {
      const nowMs = context.now();
      const record = context.deliveries
        .at(account, path)
        .find(({ stagedUntilMs, delivery }) => stagedUntilMs > nowMs && delivery === (asked ?? delivery));
      if (record === undefined) return null;
      const { delivery, sha256, sizeBytes, mediaType, publishedAtMs } = record;
      return { delivery, sha256, sizeBytes, mediaType, publishedAtMs };
    },
    'transfer.begin': async (start) => {
      const download = await downloads.begin(start, name);
      return download === null ? { begun: false } : { begun: true, download };
    },
    'transfer.progress': async ({ download, sentBytes }) => {
      downloads.progress(download, sentBytes, name);
      return {};
    },
    'transfer.end': async (ending) => {
      await downloads.end(ending, name);
      return {};
    },
  };
}

/** Names the session servers and gives each its own part of the passive ports; all share the other ports. */
export function sessionServerConfigs(
  config: FtpNodeConfig,
  node: string,
): ReadonlyMap<string, SessionServerConfig> {
  const count = config.sessionServerCount;
  const { from, to } = config.ftp.passivePorts;
  const sliceSize = Math.floor((to - from + 1) / count);
  const internalDbKeys = config.node.members
    .filter(({ role }) => role === 'internal-db')
    .map(({ signingKey }) => signingKey);
  return new Map(
    Array.from({ length: count }, (_, index) => [
      `session-server-${index + 1}`,
      {
        cluster: config.node.cluster,
        node,
        accountsDirectory: config.accountsDirectory,
        jail: config.jail,
        sessionUser: config.sessionUser,
        listenHost: config.listenHost,
        certFile: config.certFile,
        keyFile: config.keyFile,
        hostKeyFiles: config.hostKeyFiles,
        internalDbKeys,
        httpsPort: config.https.port,
        ftp: {
          port: config.ftp.port,
          publicHost: config.ftp.publicHost,
          passivePorts: { from: from + index * sliceSize, to: from + (index + 1) * sliceSize - 1 },
        },
        sftpPort: config.sftp.port,
        sharePorts: count > 1,
        limits: { ...defaultSessionLimits, ...config.limits },
        logLevel: config.logLevel,
      },
    ]),
  );
}
