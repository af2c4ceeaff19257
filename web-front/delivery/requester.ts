// Who asked for a delivery, as the customer may know it. Called by the delivery pages and the API.

const userPrefix = 'user:';

/** The user's name; null for a delivery that the vendor's own people made, who stay unnamed. */
export function nameRequester(requestedBy: string): string | null {
  return requestedBy.startsWith(userPrefix) ? requestedBy.slice(userPrefix.length) : null;
}
