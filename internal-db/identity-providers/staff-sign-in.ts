// A member of staff signs in at the console by way of the vendor's own identity provider: known by the link, at the first time by
// the name where the settings say which claim that is, or made with the role that the provider's claims give. Where the settings
// take roles from the claims, they count at each sign-in. What that changes about somebody who was there before waits for the second
// factor (staff-arrival.ts). Called by the console's provider-routes.ts.
import { Slug } from '#commlink/methods/fields.ts';
import { compileSchema } from '#commlink/schema.ts';
import type { StaffIdentityProvider } from '#commlink/settings/identity-provider-settings.ts';
import { insertStaff } from '../admin/staff-changes.ts';
import { appendAudit } from '../audit/append-audit.ts';
import { InternalDbError } from '../internal-db-error.ts';
import { staffSessionLifetimeMs } from '../limits.ts';
import { newRecordId } from '../record-id.ts';
import { hashSecret, newInitialPassword, newSessionToken } from '../secret-token.ts';
import type { ServiceContext } from '../service-context.ts';
import type { StaffRecord } from '../store/staff.ts';
import type { Transaction } from '../store/store.ts';
import { leaveForProvider, returnFromProvider, type Arrival, type Departure } from './ask-provider.ts';
import {
  hasSecondFactorThere,
  nameOf,
  roleOf,
  textClaim,
  type ProviderIdentity,
} from './provider-identity.ts';
import {
  auditArrivalRefusal,
  changesMember,
  insertStaffLink,
  judgeArrival,
  keepArrival,
  type ArrivalRefusal,
  type StaffArrivalClaim,
} from './staff-arrival.ts';

const staffNameCheck = compileSchema('name', Slug);

/** Why somebody is not let in, or not linked. */
export type StaffProviderRefusal =
  Extract<Arrival, { proved: false }>['reason'] | ArrivalRefusal | 'role_missing' | 'linked_already';

/** What came of it. A session for which the provider's second factor did not count is asked for ours next. */
export type StaffArrival =
  | { readonly outcome: 'signed_in'; readonly session: string }
  | { readonly outcome: 'linked' }
  | { readonly outcome: 'refused'; readonly reason: StaffProviderRefusal };

/** Sends a member of staff to a provider; with `ownerId`, to be linked. */
export async function beginStaffAtProvider(
  context: ServiceContext,
  name: string,
  who: { address: string; ownerId: string | null },
): Promise<Departure> {
  return await leaveForProvider(context, staffProvider(context, name), { ...who, loginHint: null });
}

/** Signs in, or links, whoever came back. */
export async function finishStaffAtProvider(
  context: ServiceContext,
  brought: { provider: string; ticket: string; query: string; address: string },
): Promise<StaffArrival> {
  const provider = staffProvider(context, brought.provider);
  const arrival = await returnFromProvider(context, provider, brought);
  if (!arrival.proved) return refused(arrival.reason);
  if (!provider) return refused('unusable');
  const { identity, ownerId } = arrival;
  try {
    if (ownerId !== null) return await linkStaff(context, provider, { identity, ownerId });
    return await signIn(context, provider, { identity, address: brought.address });
  } catch (error) {
    // Two at once for the same person there, or for the same new name: one of them was first.
    if (error instanceof InternalDbError && error.code === 'taken') return refused('linked_already');
    throw error;
  }
}

async function signIn(
  context: ServiceContext,
  provider: StaffIdentityProvider,
  { identity, address }: { identity: ProviderIdentity; address: string },
): Promise<StaffArrival> {
  const role = roleOf(provider, identity);
  if (provider.roles !== null && role === null) return refused('role_missing');
  // Nobody knows it: who is made here has no password until an operator gives one.
  const passwordHash = provider.createUsers ? await context.passwords.hash(newInitialPassword()) : null;
  const known = await context.store.read.identityLinks.linkOf('staff', identity);
  const linkId = known?.id ?? newRecordId('idl');
  const way = await context.providerSignIns.makeWay(provider, linkId, identity.idToken);
  const { issuer, subject } = identity;
  const arrival = { ...way, issuer, subject, isLinked: known !== undefined, role };
  const isEnough = hasSecondFactorThere(provider, identity);
  const sought = { provider, identity, passwordHash, ownerId: known?.ownerId ?? null, arrival };
  const session = newSessionToken();
  const reason = await context.store.transaction((transaction) =>
    openSession(context, transaction, { sought, session, isEnough, address }),
  );
  if (reason === null) return { outcome: 'signed_in', session };
  context.log.warn({ address, provider: provider.name, reason }, 'console sign-in refused');
  return refused(reason);
}

interface Sought {
  readonly provider: StaffIdentityProvider;
  readonly identity: ProviderIdentity;
  readonly passwordHash: string | null;
  /** Whom the person there is linked to; null: nobody yet. */
  readonly ownerId: string | null;
  readonly arrival: StaffArrivalClaim;
}

/** The session, with all that the arrival changes, or with what waits for our second factor; or why there is none. */
async function openSession(
  context: ServiceContext,
  transaction: Transaction,
  opening: { sought: Sought; session: string; isEnough: boolean; address: string },
): Promise<StaffProviderRefusal | null> {
  const { sought, session, isEnough, address } = opening;
  const { arrival } = sought;
  const atMs = context.clock.nowMs();
  const found = await findMember(context, transaction, sought);
  const refuse = async (reason: StaffProviderRefusal) => {
    if (reason !== 'unknown_person') await auditArrivalRefusal(transaction, arrival, { reason, atMs });
    return reason;
  };
  if (typeof found === 'string') return await refuse(found);
  const { staff, isNew } = found;
  const reason = await judgeArrival(context, transaction, { staff, arrival });
  if (reason !== null) return await refuse(reason);
  const waits = !isEnough && !isNew && changesMember(staff, arrival);
  const sessionHash = hashSecret(session);
  const times = { createdAtMs: atMs, expiresAtMs: atMs + staffSessionLifetimeMs };
  await transaction.staff.insertSession({
    secretHash: sessionHash,
    staffId: staff.id,
    ...times,
    secondFactorAtMs: isEnough ? atMs : null,
    arrival: waits ? JSON.stringify(arrival) : null,
  });
  if (!waits) await keepArrival(transaction, { staff, arrival }, { sessionHash, ...times, atMs });
  const detail = { address, provider: arrival.provider, secondFactor: isEnough ? 'theirs' : 'ours' };
  const event = { atMs, actor: `staff:${staff.name}`, action: 'staff.signIn', subject: staff.name };
  await appendAudit(transaction, { ...event, detail });
  return null;
}

/** The member, who is there, or is made; or why nobody. */
async function findMember(
  context: ServiceContext,
  transaction: Transaction,
  { provider, identity, passwordHash, ownerId, arrival: { role } }: Sought,
): Promise<{ staff: StaffRecord; isNew: boolean } | StaffProviderRefusal> {
  if (ownerId !== null) {
    const staff = (await transaction.staff.all()).find(({ id }) => id === ownerId);
    return staff ? { staff, isNew: false } : 'unknown_person';
  }
  const name = provider.nameClaim === null ? null : textClaim(identity, provider.nameClaim);
  if (!staffNameCheck.matches(name)) return 'unknown_person';
  const known = await transaction.staff.byName(name);
  if (known) return { staff: known, isNew: false };
  if (role === null || passwordHash === null) return 'unknown_person';
  const needsApproval = context.settings().console.secondPerson.includes('staff.change');
  if (role === 'operator' && needsApproval) return 'role_needs_approval';
  const displayName = nameOf(identity) ?? name;
  const author = { actor: `provider:${provider.name}`, atMs: context.clock.nowMs() };
  await insertStaff(transaction, { name, displayName, role, passwordHash }, author);
  const staff = await transaction.staff.byName(name);
  return staff ? { staff, isNew: true } : 'unknown_person';
}

async function linkStaff(
  context: ServiceContext,
  provider: StaffIdentityProvider,
  { identity, ownerId }: { identity: ProviderIdentity; ownerId: string },
): Promise<StaffArrival> {
  const atMs = context.clock.nowMs();
  return await context.store.transaction(async (transaction) => {
    const staff = (await transaction.staff.all()).find(({ id }) => id === ownerId);
    if (!staff || staff.endedAtMs !== null) return refused('unusable');
    const { issuer, subject } = identity;
    const arrival = { provider: provider.name, issuer, subject, linkId: newRecordId('idl') };
    await insertStaffLink(transaction, staff, { arrival, atMs });
    return { outcome: 'linked' };
  });
}

function staffProvider(
  { providerSignIns }: Pick<ServiceContext, 'providerSignIns'>,
  name: string,
): StaffIdentityProvider | undefined {
  return providerSignIns.forStaff().find((provider) => provider.name === name);
}

function refused(reason: StaffProviderRefusal): StaffArrival {
  return { outcome: 'refused', reason };
}
