// A person's own browser sessions: seen and ended. Called for the rows `session.list`, `session.end` and
// `session.endOthers`.
import type { PeopleRefusal } from '#commlink/methods/people-fields.ts';
import { ownSessionsMax, type OwnSession } from '#commlink/methods/people-methods.ts';
import { appendAudit } from '../audit/append-audit.ts';
import { refuse } from '../people-refusal.ts';
import type { ServiceContext } from '../service-context.ts';
import type { AuthenticatedCaller } from './authenticate-secret.ts';
import { requireOwnSession } from './prove-password.ts';

/** The caller's sessions, the newest first. RpcError `refused`: by a token. */
export async function listSessionsOf(
  context: ServiceContext,
  caller: AuthenticatedCaller,
): Promise<OwnSession[]> {
  requireOwnSession(caller);
  const nowMs = context.clock.nowMs();
  const sessions = await context.store.read.sessions.liveSessionsOf(caller.user.id, nowMs, ownSessionsMax);
  return sessions.map(({ id, address, client, createdAtMs, lastUsedAtMs, expiresAtMs }) => ({
    id,
    isCurrent: id === caller.credentialId,
    address,
    client,
    createdAtMs,
    lastUsedAtMs: Math.max(lastUsedAtMs, createdAtMs),
    expiresAtMs,
  }));
}

/** Ends one of them. Refused: `not_found`. RpcError `refused`: by a token. */
export async function endOwnSession(
  context: ServiceContext,
  caller: AuthenticatedCaller,
  id: string,
): Promise<{ done: true } | PeopleRefusal> {
  requireOwnSession(caller);
  return await context.store.transaction(async (transaction) => {
    if (!(await transaction.sessions.deleteSessionOf(caller.user.id, id))) return refuse('not_found');
    await appendAudit(transaction, auditOf(context, caller, { session: id }));
    return { done: true };
  });
}

/** Ends all but the caller's own. RpcError `refused`: by a token. */
export async function endOtherSessions(
  context: ServiceContext,
  caller: AuthenticatedCaller,
): Promise<{ done: true; endedSessionCount: number }> {
  requireOwnSession(caller);
  return await context.store.transaction(async (transaction) => {
    const endedSessionCount = await transaction.sessions.deleteSessionsOf(
      caller.user.id,
      caller.credentialId,
    );
    await appendAudit(transaction, auditOf(context, caller, { others: endedSessionCount }));
    return { done: true, endedSessionCount };
  });
}

function auditOf(
  context: ServiceContext,
  { user, account }: AuthenticatedCaller,
  detail: Readonly<Record<string, unknown>>,
) {
  const atMs = context.clock.nowMs();
  return { atMs, actor: `user:${user.name}`, action: 'session.end', subject: account.name, detail };
}
