// The shape of a row of the portal's route table (route-table.ts).
import type { Customer } from './route-customers.ts';

/** What is sent: the path where it is not the route's own, and the body without its form token. */
export interface RouteRequest {
  readonly path?: string;
  readonly body?: Readonly<Record<string, unknown>>;
}

/** What holds for a route. */
export interface RouteRow {
  /** Who gets an answer: anybody; a customer who is signed in; only an owner of the account. */
  readonly who: 'anybody' | 'customer' | 'owner';
  /**
   * What a customer of another account gets for the same request: the `same`, since nothing of the account is in it;
   * its `own` records instead; or a refusal, since the request names a record of the account.
   */
  readonly others: 'same' | 'own' | 'refused';
  /** What is sent; without it the path alone. */
  readonly request?: (customer: Customer) => Promise<RouteRequest>;
  /** The status for the customer itself, where it is not 2xx, or a redirect into the portal. */
  readonly answers?: number;
}
