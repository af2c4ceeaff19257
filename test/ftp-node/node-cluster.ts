// The cluster around one FTP node: an internal-db and a web-front that take part in the configuration protocol in this
// process, without their services, and an operator who publishes changes. Caller: running-node.ts.
import { pino } from 'pino';
import { openClusterNode, type ClusterNode } from '#commlink/configuration/cluster-node.ts';
import { webFrontMethods } from '#commlink/methods/web-front-methods.ts';
import type { Handlers } from '#commlink/method-table.ts';
import type { NodeRole } from '#commlink/node-config.ts';
import { composeIdentity } from '#commlink/operator/compose-identity.ts';
import { composeSettingsChange } from '#commlink/operator/compose-settings-change.ts';
import type { Draft, Edition } from '#commlink/operator/draft.ts';
import { publishChange } from '#commlink/operator/publish.ts';
import type { ClusterPolicy, NodeIdentity, SettingsOf } from '#commlink/settings/cluster-configuration.ts';
import { configureCluster, entryOf, type ConfiguredCluster } from '../rig/configured-cluster.ts';
import { nothingPrepared } from '../rig/plain-room.ts';

/** The settings that a test changes. */
export type FtpNodeSettings = SettingsOf<'ftp-node'>;

/** What a test that sets `ftp` need not say. */
export const usualFtp = {
  implicitPort: null,
  plainPackages: false,
  activeMode: false,
  requireResumption: false,
  compression: false,
  publicAddresses: [],
};

/** What the cluster is made of. */
export interface NodeClusterOptions {
  readonly directory: string;
  /** Of the cluster listeners. */
  readonly ports: { readonly db1: number; readonly web1: number };
  /** Those of ftp1 that are not as entryOf has them. */
  readonly settings: Partial<FtpNodeSettings>;
  /** Of ftp1. */
  readonly identity: NodeIdentity;
  readonly policy: Partial<ClusterPolicy>;
}

const log = pino({ level: 'silent' });

/** The cluster: `db1`, `web1` and `ftp1`. `start` runs its own two nodes; the FTP node is the caller's to run. */
export class NodeCluster {
  /** Before web1 stages a version, it waits for this: nobody installs meanwhile. */
  webFrontStages: Promise<void> = Promise.resolve();
  readonly configured: ConfiguredCluster;
  readonly #nodes: ClusterNode<NodeRole>[] = [];
  #web: ClusterNode<'web-front'> | null = null;

  private constructor(configured: ConfiguredCluster) {
    this.configured = configured;
  }

  /** Makes the first version, and every node's share of it. */
  static async create({ directory, ports, ...options }: NodeClusterOptions): Promise<NodeCluster> {
    const { db1, web1 } = ports;
    const entry = entryOf('ftp-node', { listen: null, dial: { web1 }, room: 0 });
    if (entry.role !== 'ftp-node') throw new Error('The entry of ftp1 has another role.');
    const settings = { ...entry.settings, ...options.settings };
    const configured = await configureCluster({
      directory,
      members: {
        db1: { entry: entryOf('internal-db', { listen: db1, room: 0 }) },
        web1: { entry: entryOf('web-front', { listen: web1, dial: { db1 }, room: 0 }) },
        ftp1: { entry: { ...entry, settings }, identity: options.identity },
      },
      policy: { messageIntervalMs: 200, ...options.policy },
    });
    return new NodeCluster(configured);
  }

  /** Starts db1 and web1; web1 answers what the FTP node relays through it. */
  async start(handlers: Handlers<typeof webFrontMethods>): Promise<void> {
    const db = await openClusterNode({
      bootstrap: this.configured.bootstrap('db1'),
      role: 'internal-db',
      log,
    });
    this.#nodes.push(await db.start({ offered: {}, handlers: {}, prepare: nothingPrepared }));
    const web = await openClusterNode({
      bootstrap: this.configured.bootstrap('web1'),
      role: 'web-front',
      log,
    });
    this.#web = await web.start({
      offered: webFrontMethods,
      handlers,
      prepare: async () => {
        await this.webFrontStages;
        return await nothingPrepared();
      },
    });
    this.#nodes.push(this.#web);
  }

  /** The web-front's place in the cluster. */
  get web(): ClusterNode<'web-front'> {
    if (this.#web === null) throw new Error('The web-front does not run.');
    return this.#web;
  }

  /** Publishes changed settings of ftp1, and waits until they are in force everywhere. Throws PublishError. */
  async changeSettings(change: (settings: FtpNodeSettings) => FtpNodeSettings): Promise<void> {
    await this.#publish((edition) => {
      const { configuration } = edition.installed;
      const entry = configuration.nodes['ftp1'];
      if (entry?.role !== 'ftp-node') throw new Error('ftp1 is no FTP node.');
      const ftp1 = { ...entry, settings: change(entry.settings) };
      return composeSettingsChange(edition, {
        ...configuration,
        nodes: { ...configuration.nodes, ftp1 },
      });
    });
  }

  /** The same for ftp1's certificate and host keys. */
  async changeIdentity(identity: NodeIdentity): Promise<void> {
    await this.#publish((edition) => composeIdentity(edition, { identities: new Map([['ftp1', identity]]) }));
  }

  async close(): Promise<void> {
    await Promise.all(this.#nodes.map((node) => node.close()));
  }

  async #publish(compose: (edition: Edition) => Promise<Draft>): Promise<void> {
    const { operator } = this.configured;
    const client = await this.configured.connect('db1', log);
    try {
      await publishChange(client, compose, { operator, reason: 'test' });
    } finally {
      client.close();
    }
  }
}
