// The node's configuration as it is now, and how a new one is taken while the node runs. Caller: main.ts, which gives
// `prepare` to the cluster node. Trusts what it is given: it was signed by operators, and sealed to this node.
import type { NodeConfiguration } from '#commlink/configuration/node-configuration.ts';
import type { Logger } from '#commlink/log.ts';
import type { FleetEntrances, NodeEndpoints } from '#commlink/methods/ftp-node-methods.ts';
import type { PreparedChange } from '#commlink/prepared-change.ts';
import { checkIdentity } from '#commlink/settings/checked-identity.ts';
import { fingerprintHostKey } from './host-key-fingerprint.ts';
import type { NodeLimits } from './limits.ts';
import type { BoundPorts } from './session-host/listening-sockets.ts';
import type { SessionHost } from './session-host/session-host.ts';
import { limitsOf, planSessions, type PlannedNode } from './session-plan.ts';

type Configuration = NodeConfiguration<'ftp-node'>;

/** What a change concerns beside the session servers. */
export interface LiveConfigurationOptions {
  readonly node: PlannedNode;
  readonly initial: Configuration;
  readonly log: Logger;
}

/** The configuration in use. */
export class LiveConfiguration {
  readonly #node: PlannedNode;
  readonly #log: Logger;
  readonly #listeners: ((installed: Configuration) => void)[] = [];
  /** Asked for several times for each transfer. */
  #limits: NodeLimits;
  #installed: Configuration;
  #fingerprints: string[];

  /** Throws StartupError when the identity is not usable; one that has expired is, until there is another. */
  constructor({ node, initial, log }: LiveConfigurationOptions) {
    checkIdentity(initial.identity, null);
    this.#node = node;
    this.#log = log;
    this.#fingerprints = fingerprintsOf(initial);
    this.#installed = initial;
    this.#limits = limitsOf(initial.settings);
    log.level = initial.settings.logLevel;
  }

  /** The version that is installed here. */
  get installed(): Configuration {
    return this.#installed;
  }

  /** The limits in use. */
  get limits(): NodeLimits {
    return this.#limits;
  }

  /** `listener` is called after each install. */
  onInstall(listener: (installed: Configuration) => void): void {
    this.#listeners.push(listener);
  }

  /** Where customers reach this node; `ports` stands in where the configuration lets the system choose. */
  endpoints(ports: BoundPorts): NodeEndpoints {
    const { https, ftp, sftp } = this.#installed.settings;
    const hostKeyFingerprints = this.#fingerprints;
    return {
      https: https.enabled ? https.publicBase : null,
      ftp: ftp.enabled ? { host: ftp.publicHost, port: ftp.port || (ports.ftp ?? 0) } : null,
      sftp: sftp.enabled
        ? { host: sftp.publicHost, port: sftp.port || (ports.sftp ?? 0), hostKeyFingerprints }
        : null,
    };
  }

  /** What appliances reach this node by besides. */
  fleetEntrances(ports: BoundPorts): FleetEntrances {
    const { settings, identity } = this.#installed;
    const { https, ftp } = settings;
    const isPlain = https.enabled && https.plainPort !== null;
    const plainPort = https.plainPort || ports.http;
    return {
      http: isPlain ? `http://${new URL(https.publicBase).hostname}:${plainPort}` : null,
      plainFtp: ftp.enabled && ftp.plainPackages,
      authority: identity.authority,
    };
  }

  /** Makes everything ready for `next`. Throws StartupError when it cannot be; nothing has changed then. */
  async prepare(next: Configuration, host: SessionHost): Promise<PreparedChange> {
    const isNewCertificate = next.identity.certificate !== this.#installed.identity.certificate;
    checkIdentity(next.identity, isNewCertificate ? Date.now() : null);
    const fingerprints = fingerprintsOf(next);
    const servers = await host.prepare(planSessions(this.#node, next));
    return {
      commit: async () => {
        this.#installed = next;
        this.#limits = limitsOf(next.settings);
        this.#fingerprints = fingerprints;
        this.#log.level = next.settings.logLevel;
        for (const listener of this.#listeners) listener(next);
        await servers.commit();
      },
      discard: () => servers.discard(),
    };
  }
}

function fingerprintsOf({ settings, identity }: Configuration): string[] {
  return settings.sftp.enabled
    ? identity.hostKeys.map((key, index) => fingerprintHostKey(key, index + 1))
    : [];
}
