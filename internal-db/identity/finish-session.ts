// The second step of a customer's sign-in, and the sign-in with a passkey alone. Called for `session.finish` and
// `passkey.beginSignIn`.
import type { ParamsOf, ResultOf } from '#commlink/method-table.ts';
import type { internalDbMethods } from '#commlink/methods/internal-db-methods.ts';
import { noteLogin } from '../access/note-login.ts';
import { requiredProvider } from '../identity-providers/required-provider.ts';
import { refuse } from '../people-refusal.ts';
import { askAnyPasskey, proveFactor } from '../second-factor/prove-factor.ts';
import type { ServiceContext } from '../service-context.ts';
import { findBan } from './open-session.ts';
import { portalParty } from './portal-party.ts';
import { recordSession } from './record-session.ts';
import { noticeFor } from './tell-owner.ts';

type Table = typeof internalDbMethods;
type Finished = ResultOf<Table, 'session.finish'>;

/** The options for a sign-in with a passkey alone. They are the same for everybody. */
export async function beginPasskeySignIn(
  context: ServiceContext,
  { address }: ParamsOf<Table, 'passkey.beginSignIn'>,
): Promise<ResultOf<Table, 'passkey.beginSignIn'>> {
  const party = portalParty(context);
  return party ? { done: true, ...(await askAnyPasskey(context, party, address)) } : refuse('passkeys_off');
}

/** Opens the session when the proof is right. */
export async function finishSession(
  context: ServiceContext,
  answer: ParamsOf<Table, 'session.finish'>,
): Promise<Finished> {
  const finished = await decideFinish(context, answer);
  context.metrics.countSignIn(finished.opened ? 'allowed' : finished.reason);
  return finished;
}

async function decideFinish(
  context: ServiceContext,
  answer: ParamsOf<Table, 'session.finish'>,
): Promise<Finished> {
  const { challenge, proof, address, client } = answer;
  const bannedForMs = findBan(context, address);
  if (bannedForMs !== null) return { opened: false, reason: 'banned', retryAfterMs: bannedForMs };
  const verdict = await proveFactor(context, { challenge, proof, address, door: 'portal' });
  if (!verdict.proved) {
    const { reason, retryAfterMs, usedUp } = verdict;
    if (usedUp) await tellOfFailures(context, usedUp.ownerId, address);
    return { opened: false, reason, retryAfterMs };
  }
  const whose = await context.store.read.people.userById(verdict.ownerId);
  // A passkey of somebody who was removed, or of a member of staff: as if it were unknown.
  if (!whose) return { opened: false, reason: 'code_wrong', retryAfterMs: 0 };
  if (whose.account.state !== 'active') return { opened: false, reason: 'suspended', retryAfterMs: 0 };
  const way = context.providerSignIns.takeStep(challenge);
  const provider = way === null ? requiredProvider(context, whose) : null;
  if (provider) return { opened: false, reason: 'provider_required', retryAfterMs: 0, provider };
  const signIn = { address, client, newHash: null, factor: proof.kind, way };
  const opened = await recordSession(context, whose, signIn);
  if (proof.kind === 'recovery') await sendNotice(context, verdict.ownerId, 'recovery_code_used');
  return opened ?? { opened: false, reason: 'unusable', retryAfterMs: 0 };
}

/** All tries of one question were wrong: somebody else may know the password. */
async function tellOfFailures(context: ServiceContext, ownerId: string, address: string): Promise<void> {
  const whose = await context.store.read.people.userById(ownerId);
  if (!whose) return;
  const { name: username } = whose.user;
  const attempt = { username, door: 'portal', protocol: null, address, principal: null };
  await noteLogin(context, { ...attempt, refusal: 'second_factor' });
  await sendNotice(context, ownerId, 'second_step_failed');
}

async function sendNotice(
  context: ServiceContext,
  ownerId: string,
  event: 'recovery_code_used' | 'second_step_failed',
): Promise<void> {
  const whose = await context.store.read.people.userById(ownerId);
  const notice = whose ? await noticeFor(context, whose, event) : null;
  if (!notice) return;
  await context.store.transaction(({ mails }) => mails.insertMail(notice));
  context.mail.sendSoon();
}
