// A member of staff signs in at the console by way of the vendor's own identity provider: known by the link, at the first time by
// the name where the settings say which claim that is, or made with the role that the provider's claims give. Where the settings
// take roles from the claims, they count at each sign-in. Called by the console's provider-routes.ts.
import type { StaffRole } from '#commlink/methods/administration-fields.ts';
import { Slug } from '#commlink/methods/fields.ts';
import { compileSchema } from '#commlink/schema.ts';
import type { StaffIdentityProvider } from '#commlink/settings/identity-provider-settings.ts';
import { changeStaff, insertStaff } from '../admin/staff-changes.ts';
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

const staffNameCheck = compileSchema('name', Slug);

/** Why somebody is not let in, or not linked. */
export type StaffProviderRefusal =
  | Extract<Arrival, { proved: false }>['reason']
  | 'unknown_person'
  | 'role_missing'
  | 'role_needs_approval'
  | 'linked_already'
  | 'linked_otherwise';

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
  const needsApproval = context.settings().console.secondPerson.includes('staff.change');
  const session = newSessionToken();
  const atMs = context.clock.nowMs();
  const found = await context.store.transaction((transaction) =>
    findMember(transaction, { provider, identity, role, passwordHash, needsApproval, atMs }),
  );
  if (typeof found === 'string') {
    context.log.warn({ address, provider: provider.name, reason: found }, 'console sign-in refused');
    return refused(found);
  }
  const { staff, linkId } = found;
  const way = await context.providerSignIns.makeWay(provider, linkId, identity.idToken);
  const isEnough = hasSecondFactorThere(provider, identity);
  const expiresAtMs = atMs + staffSessionLifetimeMs;
  const sessionHash = hashSecret(session);
  const opened = await context.store.transaction(async (transaction) => {
    const links = await transaction.identityLinks.linksOf(staff.id);
    const current = await transaction.staff.byName(staff.name);
    if (current?.endedAtMs !== null || !links.some(({ id }) => id === linkId)) return false;
    await transaction.staff.insertSession({
      secretHash: sessionHash,
      staffId: staff.id,
      createdAtMs: atMs,
      expiresAtMs,
      secondFactorAtMs: isEnough ? atMs : null,
    });
    await transaction.identityLinks.insertProviderSession({ ...way, sessionHash, expiresAtMs });
    const detail = { address, provider: provider.name, secondFactor: isEnough ? 'theirs' : 'ours' };
    const event = { atMs, actor: `staff:${staff.name}`, action: 'staff.signIn', subject: staff.name };
    await appendAudit(transaction, { ...event, detail });
    return true;
  });
  return opened ? { outcome: 'signed_in', session } : refused('unknown_person');
}

interface Sought {
  readonly provider: StaffIdentityProvider;
  readonly identity: ProviderIdentity;
  readonly role: StaffRole | null;
  readonly passwordHash: string | null;
  /** Whether no claim alone makes an operator. */
  readonly needsApproval: boolean;
  readonly atMs: number;
}

/** The member, who is there, or is made; or why nobody. */
async function findMember(
  transaction: Transaction,
  sought: Sought,
): Promise<{ staff: StaffRecord; linkId: string } | StaffProviderRefusal> {
  const { provider, identity, role, atMs } = sought;
  const actor = `provider:${provider.name}`;
  const link = await transaction.identityLinks.linkOf('staff', identity);
  const all = link ? await transaction.staff.all() : [];
  const staff = link ? all.find(({ id }) => id === link.ownerId) : await findByName(transaction, sought);
  if (staff === 'role_needs_approval') return await refuseAudited(transaction, sought, staff);
  if (!staff || staff.endedAtMs !== null) return 'unknown_person';
  if (!link) {
    const links = await transaction.identityLinks.linksOf(staff.id);
    const isOtherwise = links.some(({ issuer }) => issuer === identity.issuer);
    if (isOtherwise) return await refuseAudited(transaction, sought, 'linked_otherwise');
  }
  if (role === 'operator' && staff.role !== role && sought.needsApproval)
    return await refuseAudited(transaction, sought, 'role_needs_approval');
  if (role !== null && role !== staff.role) {
    const reason = 'as the identity provider says';
    await changeStaff(transaction, { kind: 'role', name: staff.name, role, reason }, { actor, atMs });
  }
  if (link) await transaction.identityLinks.touchLink(link.id, atMs);
  const linkId = link?.id ?? (await insertLink(transaction, staff, { provider, identity, atMs }));
  return { staff, linkId };
}

async function refuseAudited(
  transaction: Transaction,
  { provider, identity, atMs }: Sought,
  reason: StaffProviderRefusal,
): Promise<StaffProviderRefusal> {
  const { issuer, subject } = identity;
  await appendAudit(transaction, {
    atMs,
    actor: `provider:${provider.name}`,
    action: 'identity.refuse',
    subject: provider.name,
    detail: { reason, issuer, at: subject },
  });
  return reason;
}

async function findByName(
  transaction: Transaction,
  { provider, identity, role, passwordHash, needsApproval, atMs }: Sought,
): Promise<StaffRecord | 'role_needs_approval' | undefined> {
  const name = provider.nameClaim === null ? null : textClaim(identity, provider.nameClaim);
  if (!staffNameCheck.matches(name)) return undefined;
  const known = await transaction.staff.byName(name);
  if (known || role === null || passwordHash === null) return known;
  if (role === 'operator' && needsApproval) return 'role_needs_approval';
  const displayName = nameOf(identity) ?? name;
  const author = { actor: `provider:${provider.name}`, atMs };
  await insertStaff(transaction, { name, displayName, role, passwordHash }, author);
  return await transaction.staff.byName(name);
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
    await insertLink(transaction, staff, { provider, identity, atMs });
    return { outcome: 'linked' };
  });
}

async function insertLink(
  transaction: Transaction,
  { id: ownerId, name }: StaffRecord,
  how: { provider: StaffIdentityProvider; identity: ProviderIdentity; atMs: number },
): Promise<string> {
  const { provider, identity, atMs } = how;
  const { issuer, subject } = identity;
  const id = newRecordId('idl');
  const times = { createdAtMs: atMs, lastUsedAtMs: atMs };
  await transaction.identityLinks.insertLink({ id, ownerKind: 'staff', ownerId, issuer, subject, ...times });
  const detail = { provider: provider.name, link: id, issuer, at: subject };
  const event = { atMs, actor: `staff:${name}`, action: 'identity.link', subject: name, detail };
  await appendAudit(transaction, event);
  return id;
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
