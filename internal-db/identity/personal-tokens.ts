// Personal tokens: what a customer makes in the portal for unattended downloads. Only a browser session may make or
// revoke them: a stolen token can't make itself a successor.
import { RpcError } from '#commlink/rpc-error.ts';
import type { PersonalToken } from '#commlink/methods/internal-db-methods.ts';
import type { TokenScope } from '#commlink/methods/session-owner.ts';
import { appendAudit } from '../audit/append-audit.ts';
import { personalTokensPerUserMax } from '../limits.ts';
import { newRecordId } from '../record-id.ts';
import { hashSecret, newPersonalToken } from '../secret-token.ts';
import type { ServiceContext } from '../service-context.ts';
import type { TokenRecord } from '../store/sessions.ts';
import { requireBrowserSession, type AuthenticatedCaller } from './authenticate-secret.ts';

const byTokenText = 'Tokens are made and revoked in the portal, not with a token.';

/** Makes a token; its secret is returned once and stored as a hash. RpcError `refused`: too many, or by a token. */
export async function createToken(
  context: ServiceContext,
  caller: AuthenticatedCaller,
  wanted: { name: string; lifetimeMs: number; scopes?: TokenScope[] },
): Promise<{ secret: string; token: PersonalToken }> {
  requireBrowserSession(caller, byTokenText);
  const secret = newPersonalToken();
  const createdAtMs = context.clock.nowMs();
  const token: TokenRecord = {
    id: newRecordId('tok'),
    userId: caller.user.id,
    name: wanted.name,
    secretHash: hashSecret(secret),
    scopes: wanted.scopes ?? ['read', 'downloads'],
    createdAtMs,
    expiresAtMs: createdAtMs + wanted.lifetimeMs,
    lastUsedAtMs: null,
    revokedAtMs: null,
  };
  await context.store.transaction(async (transaction) => {
    const live = await transaction.sessions.liveTokensOf(caller.user.id, createdAtMs);
    if (live.length >= personalTokensPerUserMax) {
      throw new RpcError(
        'refused',
        `You have ${live.length} tokens already. Revoke one that you do not need.`,
      );
    }
    await transaction.sessions.insertToken(token);
    await appendAudit(transaction, {
      atMs: createdAtMs,
      actor: `user:${caller.user.name}`,
      action: 'token.create',
      subject: caller.account.name,
      detail: { token: token.id, name: token.name, scopes: token.scopes, expiresAtMs: token.expiresAtMs },
    });
  });
  return { secret, token: viewToken(token) };
}

/** The caller's live tokens. */
export async function listTokens(
  context: ServiceContext,
  caller: AuthenticatedCaller,
): Promise<PersonalToken[]> {
  const tokens = await context.store.read.sessions.liveTokensOf(caller.user.id, context.clock.nowMs());
  return tokens.map(viewToken);
}

/** Revokes one of the caller's own tokens, and ends what is logged in with it at nodes. Tells whether there was one. */
export async function revokeToken(
  context: ServiceContext,
  caller: AuthenticatedCaller,
  id: string,
): Promise<boolean> {
  requireBrowserSession(caller, byTokenText);
  const atMs = context.clock.nowMs();
  const isRevoked = await context.store.transaction(async (transaction) => {
    const revoked = await transaction.sessions.revokeToken({ id, userId: caller.user.id, atMs });
    if (revoked) {
      await appendAudit(transaction, {
        atMs,
        actor: `user:${caller.user.name}`,
        action: 'token.revoke',
        subject: caller.account.name,
        detail: { token: id },
      });
    }
    return revoked;
  });
  if (isRevoked)
    await context.accessEnder.end(context, { account: caller.account.name, principals: [`token:${id}`] });
  return isRevoked;
}

function viewToken(token: TokenRecord): PersonalToken {
  const { id, name, scopes, createdAtMs, expiresAtMs, lastUsedAtMs } = token;
  return { id, name, scopes: [...scopes], createdAtMs, expiresAtMs, lastUsedAtMs };
}
