// Every bound of the sources that appliances are sent to. Callers: this folder.

/** Nodes that an appliance is sent to for one target: its site's own, and those after it. */
export const nodesPerTargetMax = 3;
/** How long a URL or login is good: longer than a slow link needs for a large package. */
export const sourceLifetimeMs = 4 * 3_600_000;
/** How long a file stays staged for an account's appliances. */
export const fleetDeliveryLifetimeMs = 7 * 86_400_000;
/** A delivery that ends sooner than this is followed by another one. */
export const fleetDeliveryLeftMsMin = sourceLifetimeMs + 3_600_000;
/** Targets of one request that are looked for at a time. */
export const targetsAtATime = 8;
