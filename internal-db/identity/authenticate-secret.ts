// Finds out whose session or personal token a secret is. Every customer's call goes through here; it reads one row.
// Unknown, expired, revoked and suspended all look the same to the caller.
import type { SessionOwner } from '#commlink/methods/internal-db-methods.ts';
import { RpcError } from '#commlink/rpc-error.ts';
import { credentialUseWriteIntervalMs } from '../limits.ts';
import { hashSecret, looksLikePersonalToken } from '../secret-token.ts';
import type { ServiceContext } from '../service-context.ts';
import type { AccountRecord, UserRecord } from '../store/accounts.ts';
import type { TokenRecord } from '../store/sessions.ts';

/** A caller who has proved itself. */
export interface AuthenticatedCaller {
  readonly user: UserRecord;
  readonly account: AccountRecord;
  readonly kind: 'session' | 'token';
  readonly expiresAtMs: number;
}

/** The caller, or null. A personal token's last use is written down once a minute at most. */
export async function authenticateSecret(
  context: ServiceContext,
  secret: string,
): Promise<AuthenticatedCaller | null> {
  if (looksLikePersonalToken(secret)) {
    const found = await authenticateToken(context, secret);
    return found && { ...found, kind: 'token', expiresAtMs: found.token.expiresAtMs };
  }
  const found = await context.store.read.sessions.sessionByHash(hashSecret(secret));
  if (!found || found.session.expiresAtMs <= context.clock.nowMs()) return null;
  if (found.account.state !== 'active') return null;
  const { user, account, session } = found;
  return { user, account, kind: 'session', expiresAtMs: session.expiresAtMs };
}

/** A personal token's owner, whatever the account's state; null when it is unknown, expired or revoked. */
export async function findToken(
  context: ServiceContext,
  secret: string,
): Promise<{ user: UserRecord; account: AccountRecord; token: TokenRecord } | null> {
  const found = await context.store.read.sessions.tokenByHash(hashSecret(secret));
  if (!found || found.token.revokedAtMs !== null) return null;
  return found.token.expiresAtMs > context.clock.nowMs() ? found : null;
}

/** Writes a token's use down, unless that was done lately. */
export async function noteTokenUse(context: ServiceContext, token: TokenRecord): Promise<void> {
  const nowMs = context.clock.nowMs();
  if (nowMs - (token.lastUsedAtMs ?? 0) < credentialUseWriteIntervalMs) return;
  await context.store.transaction((transaction) => transaction.sessions.touchToken(token.id, nowMs));
}

/** RpcError `refused`, with this sentence, for a caller that is a token: a stolen one can't make itself a successor. */
export function requireBrowserSession(caller: AuthenticatedCaller, sentence: string): void {
  if (caller.kind !== 'session') throw new RpcError('refused', sentence);
}

/** The caller as the method table shows it. */
export function viewOwner(caller: AuthenticatedCaller): SessionOwner {
  const { user, account, kind, expiresAtMs } = caller;
  return {
    user: { id: user.id, name: user.name, displayName: user.displayName },
    account: { id: account.id, name: account.name, displayName: account.displayName },
    kind,
    expiresAtMs,
  };
}

async function authenticateToken(context: ServiceContext, secret: string) {
  const found = await findToken(context, secret);
  if (!found || found.account.state !== 'active') return null;
  await noteTokenUse(context, found.token);
  return found;
}
