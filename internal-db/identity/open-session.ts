// A customer's sign-in at the portal, and its sign-out. Called for `session.open` and `session.close`.
import type { ResultOf } from '#commlink/method-table.ts';
import type { internalDbMethods } from '#commlink/methods/internal-db-methods.ts';
import { noteLogin } from '../access/note-login.ts';
import { appendAudit } from '../audit/append-audit.ts';
import { newRecordId } from '../record-id.ts';
import { hashSecret, newSessionToken } from '../secret-token.ts';
import type { ServiceContext } from '../service-context.ts';
import type { UserWithAccount } from '../store/accounts.ts';
import { viewOwner } from './authenticate-secret.ts';
import { checkPassword } from './check-password.ts';

type Opened = ResultOf<typeof internalDbMethods, 'session.open'>;

interface SignIn {
  readonly username: string;
  readonly password: string;
  readonly address: string;
}

/** Checks name and password and opens a session; its token is returned once and stored as a hash. */
export async function openSession(context: ServiceContext, attempt: SignIn): Promise<Opened> {
  const opened = await decideSignIn(context, attempt);
  context.metrics.countSignIn(opened.opened ? 'allowed' : opened.reason);
  if (!opened.opened) {
    const { username, address } = attempt;
    const refusal = opened.reason;
    await noteLogin(context, { username, door: 'portal', protocol: null, address, principal: null, refusal });
  }
  return opened;
}

async function decideSignIn(context: ServiceContext, attempt: SignIn): Promise<Opened> {
  const { username, password, address } = attempt;
  const bannedUntilMs = context.bans.bannedUntilMs(address);
  if (bannedUntilMs !== null) {
    context.log.info({ address, bannedUntilMs }, 'sign-in refused: the address is banned');
    return { opened: false, reason: 'banned', retryAfterMs: bannedUntilMs - context.clock.nowMs() };
  }
  const found = await context.store.read.accounts.userByName(username);
  const storedHash = found?.user.passwordHash ?? null;
  const origin = { door: 'portal', name: username, address };
  const verdict = await checkPassword(context, { ...origin, password, storedHash });
  if (verdict.outcome === 'throttled') {
    return { opened: false, reason: 'throttled', retryAfterMs: verdict.retryAfterMs };
  }
  if (verdict.outcome === 'differs' || !found) {
    // The name may be a mistyped password: it is not logged.
    context.log.info({ address, userKnown: found !== undefined }, 'sign-in refused');
    return { opened: false, reason: 'credentials', retryAfterMs: 0 };
  }
  if (found.account.state !== 'active') return { opened: false, reason: 'suspended', retryAfterMs: 0 };
  return await recordSession(context, found, { address, newHash: verdict.newHash });
}

/** Ends a session. Tells whether there was one. */
export async function closeSession(context: ServiceContext, secret: string): Promise<{ closed: boolean }> {
  const secretHash = hashSecret(secret);
  const found = await context.store.read.sessions.sessionByHash(secretHash);
  if (!found) return { closed: false };
  return await context.store.transaction(async (transaction) => {
    const closed = await transaction.sessions.deleteSession(secretHash);
    if (closed) {
      await appendAudit(transaction, {
        atMs: context.clock.nowMs(),
        actor: `user:${found.user.name}`,
        action: 'session.close',
        subject: found.account.name,
        detail: { session: found.session.id },
      });
    }
    return { closed };
  });
}

async function recordSession(
  context: ServiceContext,
  { user, account }: UserWithAccount,
  signIn: { address: string; newHash: string | null },
): Promise<Opened> {
  const token = newSessionToken();
  const createdAtMs = context.clock.nowMs();
  const session = {
    id: newRecordId('ses'),
    userId: user.id,
    secretHash: hashSecret(token),
    address: signIn.address,
    createdAtMs,
    expiresAtMs: createdAtMs + context.settings().sessionLifetimeMs,
  };
  await context.store.transaction(async (transaction) => {
    await transaction.sessions.insertSession(session);
    if (signIn.newHash) await transaction.accounts.setPasswordHash(user.id, signIn.newHash);
    await appendAudit(transaction, {
      atMs: createdAtMs,
      actor: `user:${user.name}`,
      action: 'session.open',
      subject: account.name,
      detail: { session: session.id, address: signIn.address, rehashed: signIn.newHash !== null },
    });
  });
  const { expiresAtMs } = session;
  return {
    opened: true,
    session: token,
    owner: viewOwner({ user, account, kind: 'session', expiresAtMs }),
  };
}
