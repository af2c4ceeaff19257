// Finds out whose session or personal token a secret is. Every customer's call goes through here; it reads one row.
// Unknown, expired, revoked and suspended all look the same to the caller.
import type { SessionOwner, TokenScope } from '#commlink/methods/session-owner.ts';
import { RpcError } from '#commlink/rpc-error.ts';
import { credentialUseWriteIntervalMs, sessionUseWriteIntervalMs } from '../limits.ts';
import { hashSecret, looksLikePersonalToken, looksLikeViewToken } from '../secret-token.ts';
import type { ServiceContext } from '../service-context.ts';
import type { AccountRecord, UserRecord } from '../store/accounts.ts';
import type { SessionRecord, TokenRecord } from '../store/sessions.ts';

/** A caller who has proved itself. */
export interface AuthenticatedCaller {
  readonly user: UserRecord;
  readonly account: AccountRecord;
  readonly kind: 'session' | 'token';
  /** Whether it is staff who see the portal as this user does: they may change nothing. */
  readonly isStaffView: boolean;
  /** The session's or the token's. */
  readonly credentialId: string;
  readonly scopes: readonly TokenScope[];
  readonly expiresAtMs: number;
  /** When the session was opened, by whatever proved who it is; 0 for tokens and views. */
  readonly signedInAtMs: number;
}

/** What a person may do in its own session. */
const allScopes: readonly TokenScope[] = ['read', 'downloads'];
/** What staff may do in a view of the portal. */
export const viewScopes: readonly TokenScope[] = ['read'];

/** The caller, or null. When it was used last is written down, but not each time. */
export async function authenticateSecret(
  context: ServiceContext,
  secret: string,
): Promise<AuthenticatedCaller | null> {
  if (looksLikePersonalToken(secret)) {
    const found = await authenticateToken(context, secret);
    if (!found) return null;
    const { user, account, token } = found;
    const { id: credentialId, scopes, expiresAtMs } = token;
    const owner = { user, account, kind: 'token', isStaffView: false } as const;
    return { ...owner, credentialId, scopes, expiresAtMs, signedInAtMs: 0 };
  }
  if (looksLikeViewToken(secret)) return await authenticateView(context, secret);
  const found = await context.store.read.sessions.sessionByHash(hashSecret(secret));
  if (!found || found.session.expiresAtMs <= context.clock.nowMs()) return null;
  if (found.account.state !== 'active') return null;
  await noteSessionUse(context, found.session);
  const { user, account, session } = found;
  const { id: credentialId, expiresAtMs, createdAtMs: signedInAtMs } = session;
  return {
    user,
    account,
    kind: 'session',
    isStaffView: false,
    credentialId,
    scopes: allScopes,
    expiresAtMs,
    signedInAtMs,
  };
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

/** RpcError `refused` for a token that was not made for this. */
export function requireScope(caller: AuthenticatedCaller, scope: TokenScope): void {
  if (caller.scopes.includes(scope)) return;
  throw new RpcError('refused', `This token was made without the scope “${scope}”. Make another one.`);
}

/** The caller as the method table shows it. */
export function viewOwner(caller: Omit<AuthenticatedCaller, 'credentialId' | 'signedInAtMs'>): SessionOwner {
  const { user, account, kind, isStaffView, scopes, expiresAtMs } = caller;
  const { id, name, displayName, role, email } = user;
  return {
    user: { id, name, displayName, role, email },
    account: { id: account.id, name: account.name, displayName: account.displayName },
    kind,
    isStaffView,
    scopes: [...scopes],
    expiresAtMs,
  };
}

/** The owner of a session that was just opened. */
export function viewSessionOwner(
  { user, account }: Pick<AuthenticatedCaller, 'user' | 'account'>,
  expiresAtMs: number,
): SessionOwner {
  return viewOwner({ user, account, kind: 'session', isStaffView: false, scopes: allScopes, expiresAtMs });
}

async function authenticateView(
  { store, clock }: ServiceContext,
  secret: string,
): Promise<AuthenticatedCaller | null> {
  const found = await store.read.portalViews.viewBySecret(hashSecret(secret));
  if (!found || found.view.expiresAtMs <= clock.nowMs() || found.account.state !== 'active') return null;
  const { user, account, view } = found;
  const { id: credentialId, expiresAtMs } = view;
  const owner = { user, account, kind: 'session', isStaffView: true } as const;
  return { ...owner, credentialId, scopes: viewScopes, expiresAtMs, signedInAtMs: 0 };
}

async function authenticateToken(context: ServiceContext, secret: string) {
  const found = await findToken(context, secret);
  if (!found || found.account.state !== 'active') return null;
  await noteTokenUse(context, found.token);
  return found;
}

async function noteSessionUse(context: ServiceContext, { id, lastUsedAtMs }: SessionRecord): Promise<void> {
  const nowMs = context.clock.nowMs();
  if (nowMs - lastUsedAtMs < sessionUseWriteIntervalMs) return;
  await context.store.transaction((transaction) => transaction.sessions.touchSession(id, nowMs));
}
