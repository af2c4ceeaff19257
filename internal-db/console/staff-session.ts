// Staff sessions: sign-in (argon2, throttled), the lookup for each request, and sign-out. The session's token is in a cookie;
// the database has its SHA-256.
import { appendAudit } from '../audit/append-audit.ts';
import { checkPassword } from '../identity/check-password.ts';
import { requiredStaffProvider } from '../identity-providers/required-provider.ts';
import {
  auditArrivalRefusal,
  judgeArrival,
  keepArrival,
  parseArrival,
  type ArrivalRefusal,
} from '../identity-providers/staff-arrival.ts';
import { findSignOut, type ProviderSignOut } from '../identity-providers/sign-out-there.ts';
import { staffSessionLifetimeMs } from '../limits.ts';
import { hashSecret, newSessionToken } from '../secret-token.ts';
import type { ServiceContext } from '../service-context.ts';
import { signInTexts } from './texts/console-texts.ts';
import type { StaffRecord } from '../store/staff.ts';

/** A member of staff who is signed in. */
export interface StaffCaller {
  readonly staff: StaffRecord;
  /** The session's secret; never shown. */
  readonly session: string;
  /** Whether the second factor was proved in this session; without it, it is good for nothing else. */
  readonly hasProved: boolean;
}

/** What became of a sign-in. `refusal`: what to say, where the name and the password were right. */
export type StaffSignIn =
  | { readonly signedIn: true; readonly session: string }
  | { readonly signedIn: false; readonly retryAfterMs: number; readonly refusal?: string };

/** Checks name and password and opens a session of some hours. */
export async function signInStaff(
  context: ServiceContext,
  attempt: { name: string; password: string; address: string },
): Promise<StaffSignIn> {
  const { name, password, address } = attempt;
  const staff = await context.store.read.staff.byName(name);
  // Who has left is told what a stranger is told, and in the same time.
  const storedHash = staff?.endedAtMs === null ? staff.passwordHash : null;
  const verdict = await checkPassword(context, { door: 'console', name, address, password, storedHash });
  if (verdict.outcome === 'throttled') return { signedIn: false, retryAfterMs: verdict.retryAfterMs };
  if (verdict.outcome === 'differs' || !staff) {
    context.log.warn({ address, staffKnown: staff !== undefined }, 'console sign-in refused');
    return { signedIn: false, retryAfterMs: 0 };
  }
  const required = await requiredStaffProvider(context, staff.id);
  if (required) {
    const refusal = signInTexts.withProvider(required.title);
    return { signedIn: false, retryAfterMs: 0, refusal };
  }
  const session = newSessionToken();
  const createdAtMs = context.clock.nowMs();
  await context.store.transaction(async (transaction) => {
    await transaction.staff.insertSession({
      secretHash: hashSecret(session),
      staffId: staff.id,
      createdAtMs,
      expiresAtMs: createdAtMs + staffSessionLifetimeMs,
      secondFactorAtMs: null,
      arrival: null,
    });
    if (verdict.newHash) await transaction.staff.setPasswordHash(staff.id, verdict.newHash);
    await appendAudit(transaction, {
      atMs: createdAtMs,
      actor: `staff:${staff.name}`,
      action: 'staff.signIn',
      subject: staff.name,
      detail: { address },
    });
  });
  return { signedIn: true, session };
}

/** Whose session it is, or null when it is none (any more). */
export async function findStaff(context: ServiceContext, session: string): Promise<StaffCaller | null> {
  const found = await context.store.read.staff.sessionByHash(hashSecret(session));
  if (!found || found.session.expiresAtMs <= context.clock.nowMs()) return null;
  if (found.staff.endedAtMs !== null) return null;
  return { staff: found.staff, session, hasProved: found.session.secondFactorAtMs !== null };
}

/** How the second factor was proved, and from where; `setUp`: by setting it up. */
export interface ProvedFactor {
  readonly factor: 'totp' | 'recovery' | 'passkey';
  readonly setUp: boolean;
  readonly address: string;
}

/**
 * Notes that the second factor was proved: now they are signed in. What they arrived with from a provider counts from now on; if
 * it may not any more, the session ends, and the reason is returned.
 */
export async function noteSecondFactor(
  context: ServiceContext,
  { staff: { name }, session }: StaffCaller,
  proved: ProvedFactor,
): Promise<ArrivalRefusal | null> {
  const atMs = context.clock.nowMs();
  const sessionHash = hashSecret(session);
  const event = { atMs, actor: `staff:${name}`, action: 'staff.prove', subject: name };
  return await context.store.transaction(async (transaction) => {
    const found = await transaction.staff.sessionByHash(sessionHash);
    if (!found) return null;
    await appendAudit(transaction, { ...event, detail: { ...proved } });
    const { staff } = found;
    const { expiresAtMs } = found.session;
    const arrival = found.session.arrival === null ? null : parseArrival(found.session.arrival);
    const reason = arrival && (await judgeArrival(context, transaction, { staff, arrival }));
    if (arrival && reason !== null) {
      await transaction.staff.deleteSession(sessionHash);
      await auditArrivalRefusal(transaction, arrival, { reason, atMs });
      return reason;
    }
    if (arrival) await keepArrival(transaction, { staff, arrival }, { sessionHash, expiresAtMs, atMs });
    await transaction.staff.setSecondFactorProved(sessionHash, atMs);
    return null;
  });
}

/** Ends a session. Tells where a provider that it was opened by way of ends its own, if there is one. */
export async function signOutStaff(
  context: ServiceContext,
  caller: StaffCaller,
): Promise<ProviderSignOut | null> {
  const secretHash = hashSecret(caller.session);
  const there = await findSignOut(context, secretHash);
  await context.store.transaction(async (transaction) => {
    await transaction.staff.deleteSession(secretHash);
    await transaction.identityLinks.deleteProviderSession(secretHash);
    const { name } = caller.staff;
    const atMs = context.clock.nowMs();
    const event = { atMs, actor: `staff:${name}`, action: 'staff.signOut', subject: name, detail: {} };
    await appendAudit(transaction, event);
  });
  return there;
}
