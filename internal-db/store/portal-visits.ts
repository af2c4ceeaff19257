// Store interface: when each person last looked at the portal's home page, for what is new to them.
// Implemented by each engine, used by catalog/customer-home.ts.

/** A person's visits. `previousAtMs` is the end of the visit before this one; null when there was none. */
export interface PortalVisitRecord {
  readonly userId: string;
  readonly previousAtMs: number | null;
  readonly lastAtMs: number;
}

/** Reading visits. */
export interface PortalVisitReads {
  visitOf(userId: string): Promise<PortalVisitRecord | undefined>;
}

/** Writing visits. */
export interface PortalVisitWrites extends PortalVisitReads {
  /** Puts the person's visits in the place of those that were noted. */
  put(visit: PortalVisitRecord): Promise<void>;
}
