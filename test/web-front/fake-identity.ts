// What the stand-in for internal-db (fake-backends.ts) answers about identity providers: it knows of none, and of one link.
import type { Handlers } from '#commlink/method-table.ts';
import type { identityMethods } from '#commlink/methods/identity-methods.ts';
import type { PeopleRefusal } from '#commlink/methods/people-fields.ts';

type Live = <R extends object>(
  session: string,
  result: () => R,
) => ({ readonly valid: true } & R) | { readonly valid: false };

const link = { id: `idl_${'A'.repeat(22)}`, title: 'Acme', createdAtMs: 1, lastUsedAtMs: null };
const nothing = { done: false, reason: 'not_found', explanation: 'None.', retryAfterMs: 0 } as const;

/** The handlers. `refusal`: what ends every wish now. */
export function fakeIdentityHandlers(
  live: Live,
  refusal: () => PeopleRefusal | null,
): Handlers<typeof identityMethods> {
  return {
    'identity.providers': async () => ({ providers: [], byAddress: false }),
    'identity.begin': async () => ({ opened: false, reason: 'provider_unknown', retryAfterMs: 0 }),
    'identity.finish': async () => ({ opened: false, reason: 'unusable', retryAfterMs: 0 }),
    'identity.describe': async ({ session }) => live(session, () => ({ links: [link], offered: [] })),
    'identity.beginLink': async ({ session }) => live(session, () => nothing),
    'identity.unlink': async ({ session }) => live(session, () => refusal() ?? { done: true as const }),
  };
}
