// What preparing a change of the configuration gives, in every part of a program that takes part in one: its links, its
// operators' doors, and the component itself.

/** A change that can be made without failing: new ports are bound, certificates parsed. Exactly one is called, once. */
export interface PreparedChange {
  /** Makes it, after the version was installed. What runs already goes on. */
  commit(): Promise<void>;
  /** Gives it up: another version came, or the node stops. */
  discard(): Promise<void>;
}
