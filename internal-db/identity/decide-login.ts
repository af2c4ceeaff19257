// Decides a login at an ftp-node, which came sealed through a relay: a delivery's own credentials, a user with a
// personal token, with the portal password, or with an SSH key. The answer is signed for that node and its nonce.
// A relay that guesses passwords through here meets the same throttle and costs as anybody.
import { RpcError } from '#commlink/rpc-error.ts';
import type { LoginAttempt } from '#commlink/methods/documents.ts';
import type { LoginVerdict } from '#commlink/methods/fields.ts';
import { noteLogin } from '../access/note-login.ts';
import { requiredProvider } from '../identity-providers/required-provider.ts';
import { loginAttemptAgeMaxMs, passwordLoginLifetimeMs } from '../limits.ts';
import { hasSecondFactor } from '../second-factor/describe-factors.ts';
import { looksLikeDeliveryLogin, looksLikePersonalToken, secretMatches } from '../secret-token.ts';
import type { ServiceContext } from '../service-context.ts';
import { decideKeyLogin } from '../ssh-keys/key-login.ts';
import { findToken, noteTokenUse } from './authenticate-secret.ts';
import { checkPassword, confirmPassword } from './check-password.ts';

const refusedCredentials: LoginVerdict = { allowed: false, reason: 'credentials' };
const suspended: LoginVerdict = { allowed: false, reason: 'suspended' };
const throttled: LoginVerdict = { allowed: false, reason: 'throttled' };
/** What passwords of unknown deliveries are compared with; nothing hashes to it. */
const unknownDeliveryHash = new Uint8Array(32);

/** Opens, decides and signs. RpcError `refused` or `bad_request` when the attempt is not that node's, or is stale. */
export async function decideLogin(
  context: ServiceContext,
  node: string,
  sealed: string,
): Promise<{ answer: string }> {
  const attempt = await context.documents.openLogin(node, sealed);
  const aheadMs = attempt.attemptedAtMs - context.clock.wallMs();
  context.directory.noteClock(node, aheadMs);
  if (Math.abs(aheadMs) > loginAttemptAgeMaxMs) {
    context.log.warn({ node, aheadMs }, 'a login is refused: the clock of its node is too far from this one');
    throw new RpcError('refused', 'The clocks of the node and of internal-db are too far apart.');
  }
  const isBanned = context.bans.bannedUntilMs(attempt.address) !== null;
  // The node ends the connections of who is banned as soon as it knows; until then, this says no more than that.
  const verdict = isBanned ? throttled : await decideAttempt(context, attempt);
  const { protocol, address } = attempt;
  const reason = isBanned ? 'banned' : !verdict.allowed && verdict.reason;
  const outcome = verdict.allowed ? { principal: verdict.principal } : { reason };
  context.metrics.countLogin(attempt, verdict, isBanned);
  context.log.info({ node, protocol, address, allowed: verdict.allowed, ...outcome }, 'login decided');
  if (reason !== 'signature_needed') {
    const door = context.documents.ftpNodes().find(({ id }) => id === node)?.name ?? node;
    const principal = verdict.allowed ? verdict.principal : null;
    const { username } = attempt;
    await noteLogin(context, { username, door, protocol, address, principal, refusal: reason || null });
  }
  return { answer: context.documents.signLoginAnswer(attempt, verdict) };
}

async function decideAttempt(context: ServiceContext, attempt: LoginAttempt): Promise<LoginVerdict> {
  const { credential } = attempt;
  if (credential.kind === 'public-key') return decideKeyLogin(context, attempt, credential);
  const { password } = credential;
  if (looksLikeDeliveryLogin(attempt.username)) return decideDeliveryLogin(context, attempt, password);
  if (looksLikePersonalToken(password)) return decideTokenLogin(context, attempt, password);
  return decidePasswordLogin(context, attempt, password);
}

async function decideDeliveryLogin(
  context: ServiceContext,
  attempt: LoginAttempt,
  password: string,
): Promise<LoginVerdict> {
  const admission = context.throttle.begin(originOf(attempt));
  if (!admission.admitted) return throttled;
  const delivery = await context.store.read.deliveries.byLogin(attempt.username);
  const matches = secretMatches(password, delivery?.passwordHash ?? unknownDeliveryHash);
  if (!delivery || !matches) {
    admission.failed();
    return refusedCredentials;
  }
  admission.succeeded();
  const isLive = delivery.state === 'requested' || delivery.state === 'staged';
  if (!isLive || delivery.expiresAtMs <= context.clock.nowMs()) return refusedCredentials;
  const account = await context.store.read.accounts.byId(delivery.accountId);
  if (account?.state !== 'active') return suspended;
  const { id, expiresAtMs } = delivery;
  return { allowed: true, account: account.name, principal: `delivery:${id}`, expiresAtMs };
}

async function decideTokenLogin(
  context: ServiceContext,
  attempt: LoginAttempt,
  password: string,
): Promise<LoginVerdict> {
  const admission = context.throttle.begin(originOf(attempt));
  if (!admission.admitted) return throttled;
  const found = await findToken(context, password);
  if (!found || found.user.name !== attempt.username || !found.token.scopes.includes('downloads')) {
    admission.failed();
    return refusedCredentials;
  }
  admission.succeeded();
  if (found.account.state !== 'active') return suspended;
  await noteTokenUse(context, found.token);
  const { id } = found.token;
  const expiresAtMs = Math.min(found.token.expiresAtMs, context.clock.nowMs() + passwordLoginLifetimeMs);
  return { allowed: true, account: found.account.name, principal: `token:${id}`, expiresAtMs };
}

async function decidePasswordLogin(
  context: ServiceContext,
  attempt: LoginAttempt,
  password: string,
): Promise<LoginVerdict> {
  const { username } = attempt;
  const found = await context.store.read.accounts.userByName(username);
  const storedHash = found?.user.passwordHash ?? null;
  const verdict = await checkPassword(context, { ...originOf(attempt), password, storedHash });
  if (verdict.outcome === 'throttled') return throttled;
  if (verdict.outcome === 'differs' || !found) return refusedCredentials;
  if (found.account.state !== 'active') return suspended;
  // A node can't ask for a second factor or lead to a provider: whoever needs one logs in there with a key, a token or a
  // delivery's password.
  if (requiredProvider(context, found)) return refusedCredentials;
  if (await hasSecondFactor(context.store.read.secondFactors, found.user.id)) return refusedCredentials;
  if (!(await confirmPassword(context, found, verdict.newHash))) return refusedCredentials;
  return {
    allowed: true,
    account: found.account.name,
    principal: `user:${found.user.name}`,
    expiresAtMs: context.clock.nowMs() + passwordLoginLifetimeMs,
  };
}

function originOf({ username, address }: LoginAttempt): { door: string; name: string; address: string } {
  return { door: 'node', name: username, address };
}
