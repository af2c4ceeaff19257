// Opens what the stager has on its disk, and brings it in order before anybody is served. Caller: main.ts.
import type { Logger } from '#commlink/log.ts';
import type { FtpNodeConfig } from './config.ts';
import { openDownloadRegister, type DownloadRegister } from './downloads/download-register.ts';
import type { InternalDbVerifier } from './internal-db-verifier.ts';
import { openDeliveryLogins } from './ledger/delivery-logins.ts';
import { openDeliveryRecords } from './ledger/delivery-records.ts';
import { openDownloadRecords } from './ledger/download-records.ts';
import { openKeptArtifacts } from './ledger/kept-artifacts.ts';
import { openLedger } from './ledger/ledger.ts';
import { openReportOutbox } from './ledger/report-outbox.ts';
import type { ReportSender } from './reports/report-sender.ts';
import type { SessionHost } from './session-host/session-host.ts';
import { endExpired } from './stager/expiry.ts';
import { reconcileDisk } from './stager/reconciler.ts';
import type { StagerContext } from './stager/stager-context.ts';
import { openAccountLinks } from './storeroom/account-links.ts';
import { assertLinkable } from './storeroom/same-file-system.ts';
import { openStoreroom } from './storeroom/storeroom.ts';

/** What is there before the links and the session servers are, and what is only there after them. */
export interface Stager {
  readonly context: StagerContext;
  readonly downloads: DownloadRegister;
  readonly later: { sender?: ReportSender; host?: SessionHost };
}

/** What the stager is opened with. `node` is the node's id. */
export interface StagerOptions {
  readonly config: FtpNodeConfig;
  readonly node: string;
  readonly verifier: InternalDbVerifier;
  readonly log: Logger;
}

/** Opens it. Throws StartupError, and FtpNodeError for what the disk refuses. */
export async function openStager({ config, node, verifier, log }: StagerOptions): Promise<Stager> {
  const storeroom = openStoreroom(config.storeroomDirectory);
  const links = openAccountLinks(config.accountsDirectory, storeroom);
  assertLinkable(config.storeroomDirectory, config.accountsDirectory);
  const ledger = openLedger(config.ledgerFile);
  const later: Stager['later'] = {};
  const context: StagerContext = {
    cluster: config.node.cluster,
    node,
    ledger,
    deliveries: openDeliveryRecords(ledger),
    logins: openDeliveryLogins(ledger),
    kept: openKeptArtifacts(ledger),
    outbox: openReportOutbox(ledger),
    storeroom,
    links,
    verifier,
    log,
    now: () => Date.now(),
    wakeSender: () => later.sender?.wake(),
    cutDeliveries: async (deliveries) => (await later.host?.cutDeliveries(deliveries)) ?? 0,
  };
  // Before anyone is served: nothing may be reachable that is not recorded, or whose time is over.
  await endExpired(context);
  await reconcileDisk(context);
  const downloads = openDownloadRegister(context, openDownloadRecords(ledger));
  return { context, downloads, later };
}
