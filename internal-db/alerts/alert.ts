// What an alert is: something that an operator should look at before customers notice. Found by find-alerts.ts, kept by
// alert-watch.ts, shown on the console's overview and told to whoever subscribed.

/** What kinds there are. Stable: webhooks carry them. */
export type AlertKind =
  | 'appliance_quarantined'
  | 'appliances_missing'
  | 'appliances_refused'
  | 'artifacts_lost'
  | 'audit_broken'
  | 'bans_behind'
  | 'certificate_ending'
  | 'clock_apart'
  | 'clock_behind'
  | 'database_disk_full'
  | 'deliveries_waiting'
  | 'fleet_metadata_ending'
  | 'mail_failing'
  | 'node_behind'
  | 'node_not_jailed'
  | 'node_unheard'
  | 'node_unreachable'
  | 'old_bag'
  | 'orders_pending'
  | 'originals_unavailable'
  | 'proposal_waiting'
  | 'rollout_stopped'
  | 'state_disk_full'
  | 'storeroom_full';

/** `critical`: customers notice it now, or a promise of the system is broken. */
export type AlertSeverity = 'warning' | 'critical';

/** Something that was found. */
export interface Finding {
  readonly kind: AlertKind;
  readonly severity: AlertSeverity;
  /** The node, link or file that it is about; with the kind it tells one alert from another. */
  readonly subject: string;
  /** What is so, in a sentence. */
  readonly text: string;
  /** What to do, with the command where there is one. */
  readonly advice: string;
  /** It becomes an alert when it was found for so long without a break: much passes by itself. */
  readonly graceMs: number;
}

/** A finding that has lasted. */
export interface Alert extends Omit<Finding, 'graceMs'> {
  readonly sinceMs: number;
}
