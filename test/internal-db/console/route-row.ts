// The shape of a row of the console's route table (route-table.ts), and what a row can work on.
import type { StaffRole } from '#commlink/methods/administration-fields.ts';
import type { RunningRoom } from '../support/running-room.ts';

/** What is sent: the path where it is not the route's own, and the form's fields without its token. */
export interface RouteRequest {
  readonly path?: string;
  readonly body?: Readonly<Record<string, string>>;
}

/** What a request is made with: an account of its own, in which every name is markup. */
export interface RouteRecords {
  readonly room: RunningRoom;
  /** Its name. */
  readonly account: string;
  /** A user of it. */
  readonly user: string;
  /** An entitlement of it to `product`. */
  readonly entitlement: string;
  readonly product: string;
}

/** What holds for a route. */
export interface RouteRow {
  /** Who gets an answer; every other role is refused. */
  readonly who: 'anybody' | 'staff' | readonly StaffRole[];
  /** What is sent; without it the path alone. */
  readonly request?: (records: RouteRecords) => Promise<RouteRequest>;
  /** The status where it is not 2xx, or a redirect into the console. */
  readonly answers?: number;
  /** The GET of which the audit log takes notice, such as a download of it. */
  readonly audited?: true;
}

/** All roles. */
export const staffRoles: readonly StaffRole[] = ['support', 'release-manager', 'operator', 'auditor'];
/** What is in every name that a person can type: an element, and the end of an attribute. */
export const probeText = `probe7f"onprobe='1'><x-probe>&lt;`;
/** What tells a page that shows such a name. */
export const probeMarker = 'probe7f';
