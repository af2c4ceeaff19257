// Who asked for a delivery, as the customer may know it. Called by the delivery pages and the API.
import { fleetRequester } from '#commlink/methods/delivery-methods.ts';

const userPrefix = 'user:';

/** What those are called who are no users: the vendor's own people, who stay unnamed, and the account's appliances. */
export interface RequesterWords {
  readonly vendor: string;
  readonly appliances: string;
}

/** The user's name, or one of the words. */
export function nameRequester(requestedBy: string, { vendor, appliances }: RequesterWords): string {
  if (requestedBy.startsWith(userPrefix)) return requestedBy.slice(userPrefix.length);
  return requestedBy === fleetRequester ? appliances : vendor;
}
