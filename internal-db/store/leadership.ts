// Store interface: which of several internal-dbs on one database does the work that one does for all (sending mails, orders
// and webhooks, ending what is over). Implemented by each engine, used by start-services.ts and schedules.

/** Who leads. */
export interface Leadership {
  /** True while this process is the one. It may be false again at any time, and the work has to bear being done twice. */
  readonly isOurs: boolean;
  /**
   * From now on this process takes the lead whenever nobody has it; resolves after the first attempt. Who is not fit to lead lets
   * go of it again and again, for others to take.
   */
  seek(isFit?: () => boolean): Promise<void>;
}

/** Where one process at a time can have the database open, that one leads. */
export const onlyProcess: Leadership = { isOurs: true, seek: () => Promise.resolve() };
