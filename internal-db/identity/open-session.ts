// A customer's sign-in at the portal, and its sign-out. Called for `session.open` and `session.close`. Who has a second
// factor gets a question instead of a session; finish-session.ts takes the answer.
import type { ResultOf } from '#commlink/method-table.ts';
import type { internalDbMethods } from '#commlink/methods/internal-db-methods.ts';
import { noteLogin } from '../access/note-login.ts';
import { appendAudit } from '../audit/append-audit.ts';
import { requiredProvider } from '../identity-providers/required-provider.ts';
import { findSignOut } from '../identity-providers/sign-out-there.ts';
import { endPortalView } from '../portal-views/open-view.ts';
import { askSecondFactor } from '../second-factor/prove-factor.ts';
import { hashSecret, looksLikeViewToken } from '../secret-token.ts';
import type { ServiceContext } from '../service-context.ts';
import { checkPassword, confirmPassword } from './check-password.ts';
import { portalParty } from './portal-party.ts';
import { recordSession } from './record-session.ts';

type Opened = ResultOf<typeof internalDbMethods, 'session.open'>;

const refusedCredentials: Opened = { opened: false, reason: 'credentials', retryAfterMs: 0 };

interface SignIn {
  readonly username: string;
  readonly password: string;
  readonly address: string;
  readonly client?: string | null;
}

/** Checks name and password and opens a session; its token is returned once and stored as a hash. */
export async function openSession(context: ServiceContext, attempt: SignIn): Promise<Opened> {
  const opened = await decideSignIn(context, attempt);
  context.metrics.countSignIn(opened.opened ? 'allowed' : opened.reason);
  if (!opened.opened && opened.reason !== 'second_factor') {
    const { username, address } = attempt;
    const refusal = opened.reason;
    await noteLogin(context, { username, door: 'portal', protocol: null, address, principal: null, refusal });
  }
  return opened;
}

async function decideSignIn(context: ServiceContext, attempt: SignIn): Promise<Opened> {
  const { username, password, address, client = null } = attempt;
  const bannedForMs = findBan(context, address);
  if (bannedForMs !== null) return { opened: false, reason: 'banned', retryAfterMs: bannedForMs };
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
    return refusedCredentials;
  }
  if (found.account.state !== 'active') return { opened: false, reason: 'suspended', retryAfterMs: 0 };
  const provider = requiredProvider(context, found);
  if (provider) return { opened: false, reason: 'provider_required', retryAfterMs: 0, provider };
  const step = await askSecondFactor(context, found.user, portalParty(context));
  const { newHash } = verdict;
  if (step !== null) {
    // Only now, when a change of the password would find the question and withdraw it.
    const confirmed = await confirmPassword(context, found, newHash);
    return confirmed ? { opened: false, reason: 'second_factor', retryAfterMs: 0, step } : refusedCredentials;
  }
  const signIn = { address, client, newHash, factor: null };
  return (await recordSession(context, found, signIn)) ?? refusedCredentials;
}

/** For how long the address may not sign in; null when it may. */
export function findBan(context: ServiceContext, address: string): number | null {
  const bannedUntilMs = context.bans.bannedUntilMs(address);
  if (bannedUntilMs === null) return null;
  context.log.info({ address, bannedUntilMs }, 'sign-in refused: the address is banned');
  return Math.max(0, bannedUntilMs - context.clock.nowMs());
}

/** Ends a session. Tells whether there was one, and where a provider that it was opened by way of ends its own. */
export async function closeSession(
  context: ServiceContext,
  secret: string,
): Promise<ResultOf<typeof internalDbMethods, 'session.close'>> {
  if (looksLikeViewToken(secret)) return { ...(await endPortalView(context, secret)), provider: null };
  const secretHash = hashSecret(secret);
  const found = await context.store.read.sessions.sessionByHash(secretHash);
  if (!found) return { closed: false, provider: null };
  const provider = await findSignOut(context, secretHash);
  return await context.store.transaction(async (transaction) => {
    const closed = await transaction.sessions.deleteSession(secretHash);
    await transaction.identityLinks.deleteProviderSession(secretHash);
    if (closed) {
      await appendAudit(transaction, {
        atMs: context.clock.nowMs(),
        actor: `user:${found.user.name}`,
        action: 'session.close',
        subject: found.account.name,
        detail: { session: found.session.id },
      });
    }
    return { closed, provider };
  });
}
