// What the stager's files work with: built once by main.ts. No file of the stager holds state outside of it.
import type { Logger } from '#commlink/log.ts';
import type { InternalDbVerifier } from '../internal-db-verifier.ts';
import type { DeliveryLogins } from '../ledger/delivery-logins.ts';
import type { DeliveryRecords } from '../ledger/delivery-records.ts';
import type { KeptArtifacts } from '../ledger/kept-artifacts.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { ReportOutbox } from '../ledger/report-outbox.ts';
import type { AccountLinks } from '../storeroom/account-links.ts';
import type { Storeroom } from '../storeroom/storeroom.ts';

/** The stager's parts. */
export interface StagerContext {
  readonly cluster: string;
  /** This node's id. */
  readonly node: string;
  readonly ledger: Ledger;
  readonly deliveries: DeliveryRecords;
  readonly logins: DeliveryLogins;
  readonly kept: KeptArtifacts;
  readonly outbox: ReportOutbox;
  readonly storeroom: Storeroom;
  readonly links: AccountLinks;
  readonly verifier: InternalDbVerifier;
  readonly log: Logger;
  /** Wall clock, milliseconds since 1970 UTC. */
  readonly now: () => number;
  /** There is something new in the outbox. */
  readonly wakeSender: () => void;
  /**
   * Cuts the running transfers of deliveries that have ended, and closes the sessions that logged in with them.
   * Resolves with the number of transfers cut; never rejects.
   */
  readonly cutDeliveries: (deliveries: readonly string[]) => Promise<number>;
}
