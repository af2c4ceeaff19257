// What only an owner may do, in a browser session. Called first by everything in this folder that changes something.
import { RpcError } from '#commlink/rpc-error.ts';
import type { AuthenticatedCaller } from '../identity/authenticate-secret.ts';
import { requireOwnSession } from '../identity/prove-password.ts';

/** RpcError `refused` for tokens, and for who is no owner. */
export function requireOwner(caller: AuthenticatedCaller): void {
  requireOwnSession(caller);
  if (caller.user.role === 'owner') return;
  throw new RpcError('refused', 'Only owners of your organization may see and change its members.', {
    reason: 'owners_only',
  });
}
