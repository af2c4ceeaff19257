// What an identity provider sends along with somebody who comes back from it. Called by the routes of portal and console.
import { providerQueryCharactersMax } from '../methods/identity-methods.ts';

/** The query of the address that was asked for, as far as internal-db takes it; empty when there is none. */
export function providerQueryOf(url: string): string {
  const start = url.indexOf('?');
  return start < 0 ? '' : url.slice(start + 1, start + 1 + providerQueryCharactersMax);
}
