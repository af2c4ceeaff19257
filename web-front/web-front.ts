// Builds the web-front from its place in the cluster: the portal, bound and warmed up first; then the links with the relay;
// then the portal is opened. Called by main.ts and, in the same way, by tests. Nothing here reads files.
import type { ClusterNode, OpenedNode } from '#commlink/configuration/cluster-node.ts';
import type { Logger } from '#commlink/log.ts';
import { webFrontMethods } from '#commlink/methods/web-front-methods.ts';
import type { AssetStore } from '#commlink/pages/asset-store.ts';
import type { Backends } from './build-portal.ts';
import { BeatCalls } from './fleet/beat-calls.ts';
import { PingWaits } from './fleet/ping-waits.ts';
import { DeliveryWatch } from './delivery/delivery-watch.ts';
import { createInternalDbClient } from './internal-db-client.ts';
import { PortalMetrics } from './metrics.ts';
import { createNodeDirectory } from './node-directory.ts';
import { LateLinks } from './node-links.ts';
import { Portal } from './portal.ts';
import { createRelay } from './relay.ts';

/** What the web-front is built from. */
export interface WebFrontParts {
  readonly opened: OpenedNode<'web-front'>;
  readonly assetStore: AssetStore;
  readonly log: Logger;
  /** Called once every port is bound and all code is loaded, before anything is written: the moment to give root up. */
  readonly whenBound?: () => void;
}

/** A running web-front. */
export interface WebFront {
  /** The port that the portal listens on now. */
  readonly port: number;
  readonly node: ClusterNode<'web-front'>;
  /** Stops accepting, lets running requests finish for a moment, closes the links. */
  close(): Promise<void>;
}

/** Binds, warms everything up, opens the links and lets customers in. Throws StartupError; nothing is left running then. */
export async function startWebFront(parts: WebFrontParts): Promise<WebFront> {
  const { opened, assetStore, log, whenBound } = parts;
  await using acquired = new AsyncDisposableStack();
  const metrics = new PortalMetrics(opened.metrics);
  const portal = new Portal({ assetStore, log, metrics, admission: opened.admission });
  acquired.defer(() => portal.close());
  const links = new LateLinks();
  const internalDb = createInternalDbClient(links);
  const deliveryWatch = new DeliveryWatch(internalDb, log);
  const pingWaits = new PingWaits();
  const fleet = { beatCalls: new BeatCalls(internalDb), pingWaits };
  const backends = {
    commlink: links,
    internalDb,
    nodes: createNodeDirectory(links),
    deliveryWatch,
    ...fleet,
  };
  await portal.bind(opened.configuration, backends);
  // The relay and the protocol may ask for the links while they are being opened: they wait for them.
  const isOpen = Promise.withResolvers<Backends>();
  const node = await opened.start({
    offered: webFrontMethods,
    handlers: createRelay(isOpen.promise, log),
    prepare: async (next) => await portal.prepare(next, await isOpen.promise),
    ...(whenBound ? { whenBound } : {}),
  });
  // The links are needed until the last request is over, so the portal is closed before them.
  acquired.defer(async () => {
    deliveryWatch.close();
    pingWaits.close();
    await portal.close();
    await node.close();
  });
  links.open(node.commlink);
  portal.open();
  isOpen.resolve(backends);
  const running = acquired.move();
  return {
    get port() {
      return portal.port;
    },
    node,
    close: () => running.disposeAsync(),
  };
}
