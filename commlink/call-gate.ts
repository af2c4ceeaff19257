// Whether this node may take part in admitting client requests now, and under which version of the configuration. The
// shell of the configuration keeps it; the commlink reads it for each call whose row says `admits`, at both ends.

/** Read at each call, never kept. */
export interface CallGate {
  /** The installed version as formatVersion writes it. Calls carry it; the callee compares it with its own. */
  readonly version: string;
  /** False while client requests are declined: nothing is sent, and whatever comes is answered `declined`. */
  readonly isOpen: boolean;
}
