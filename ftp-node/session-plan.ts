// What the session servers are to be, from the node's configuration: the one place where settings become what a session
// server is told. Callers: main.ts at the start, live-configuration.ts at each change.
import { availableParallelism } from 'node:os';
import type { NodeConfiguration } from '#commlink/configuration/node-configuration.ts';
import type { FtpNodeConfig } from './config.ts';
import { defaultSessionLimits, type NodeLimits } from './limits.ts';
import type { SessionPlan } from './session-host/session-generation.ts';
import type { SessionLimits } from './session/session-services.ts';

/** The node, as this machine knows it. `node` is the node's id. */
export interface PlannedNode {
  readonly config: FtpNodeConfig;
  readonly node: string;
}

/** The plan. Plans of configurations that differ in nothing that concerns a session server are the same. */
export function planSessions(
  { config }: PlannedNode,
  { settings, identity }: NodeConfiguration<'ftp-node'>,
): SessionPlan {
  const { https, ftp, sftp } = settings;
  const { accountsDirectory, sessionUser } = config;
  const { accountUids, sessionPool: pool } = settings;
  const { certificate, privateKey, hostKeys } = identity;
  return {
    serverCount: settings.isolation === 'session' ? 1 : serverCountOf(settings),
    isolation: settings.isolation === 'session' ? { sessionUser, accountUids, pool } : null,
    listening: {
      host: settings.listenHost,
      ports: {
        https: https.enabled ? https.port : null,
        ftp: ftp.enabled ? ftp.port : null,
        sftp: sftp.enabled ? sftp.port : null,
        ftps: ftp.enabled ? ftp.implicitPort : null,
        http: https.enabled ? https.plainPort : null,
      },
    },
    config: {
      cluster: config.node.cluster,
      accountsDirectory,
      jail: settings.jail,
      sessionUser,
      identity: { certificate, privateKey, hostKeys },
      https: https.enabled,
      http: https.enabled && https.plainPort !== null,
      ftp: ftp.enabled
        ? {
            implicitTls: ftp.implicitPort !== null,
            publicHost: ftp.publicHost,
            publicAddresses: ftp.publicAddresses,
            passivePorts: ftp.passivePorts,
            requireTls: ftp.requireTls,
            plainPackages: ftp.plainPackages,
            activeMode: ftp.activeMode,
            requireResumption: ftp.requireResumption,
            compression: ftp.compression,
          }
        : null,
      sftp: sftp.enabled,
      tlsMinimum: settings.tlsMinimum,
      proxyProtocol: settings.proxyProtocol,
      isolation: settings.isolation,
      limits: sessionLimitsOf(limitsOf(settings)),
    },
  };
}

/** How many processes there may be that open passive ports. */
function serverCountOf({
  isolation,
  sessionPool,
  sessionServerCount,
}: NodeConfiguration<'ftp-node'>['settings']): number {
  if (isolation === 'session') return sessionPool.max;
  return sessionServerCount === 0 ? availableParallelism() : sessionServerCount;
}

/** The limits in use. */
export function limitsOf(settings: NodeConfiguration<'ftp-node'>['settings']): NodeLimits {
  const limits = { ...defaultSessionLimits, ...settings.limits };
  const { from, to } = settings.ftp.passivePorts;
  // All session servers draw from one range; whatever one account does, the other half is for others.
  const shareOfRange = Math.floor((to - from + 1) / 2 / serverCountOf(settings));
  const passivePortsPerAccountMax = Math.max(1, Math.min(limits.passivePortsPerAccountMax, shareOfRange));
  const connectionsPerAddressMax = Math.min(limits.connectionsPerAddressMax, shareOfPool(settings));
  return { ...limits, passivePortsPerAccountMax, connectionsPerAddressMax };
}

/** With a process for each connection, what one address may have without a login leaves most of them to others. */
function shareOfPool({ isolation, sessionPool }: NodeConfiguration<'ftp-node'>['settings']): number {
  return isolation === 'session' ? Math.max(1, Math.floor(sessionPool.max / 4)) : Number.POSITIVE_INFINITY;
}

/** What a session server obeys by itself; the rest is the stager's, and changes without another session server. */
function sessionLimitsOf(limits: NodeLimits): SessionLimits {
  return {
    loginDeadlineMs: limits.loginDeadlineMs,
    loginAttemptsMax: limits.loginAttemptsMax,
    idleTimeoutMs: limits.idleTimeoutMs,
    stallTimeoutMs: limits.stallTimeoutMs,
    dataConnectionTimeoutMs: limits.dataConnectionTimeoutMs,
    commandBytesMax: limits.commandBytesMax,
    readChunkBytes: limits.readChunkBytes,
    passivePortsPerAccountMax: limits.passivePortsPerAccountMax,
    rekeyBytes: limits.rekeyBytes,
    rekeyIntervalMs: limits.rekeyIntervalMs,
  };
}
