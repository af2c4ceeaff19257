// The licence agreements that a customer's entitlements ask for: which are accepted, which wait, their texts, and accepting
// one. Called for `licence.listOwn`, `licence.read` and `licence.accept`. Accepting binds the organization: owners only, in
// the portal; a token, which is for machines, may not.
import type { ParamsOf, ResultOf } from '#commlink/method-table.ts';
import type { catalogMethods, OwnLicence } from '#commlink/methods/catalog-methods.ts';
import { RpcError } from '#commlink/rpc-error.ts';
import { agreementInForce } from '../decision/accepted-agreements.ts';
import { requireBrowserSession, type AuthenticatedCaller } from '../identity/authenticate-secret.ts';
import type { ServiceContext } from '../service-context.ts';
import type { LicenceAcceptanceRecord, LicenceAgreementRecord } from '../store/licences.ts';
import { acceptLicence } from './accept-licence.ts';

type Table = typeof catalogMethods;
type Parameters<M extends keyof Table> = Omit<ParamsOf<Table, M>, 'session'>;
type Valid<M extends keyof Table> = Extract<ResultOf<Table, M>, { valid: true }>;

/** The agreements that the account's entitlements ask for: the version in force, and one that is announced. */
export async function listOwnLicences(
  { store: { read }, clock }: ServiceContext,
  accountId: string,
): Promise<OwnLicence[]> {
  const atMs = clock.nowMs();
  const names = await read.licences.namesAskedOf(accountId);
  if (names.length === 0) return [];
  const acceptances = await read.licences.acceptancesOf(accountId);
  const listed: OwnLicence[] = [];
  for (const name of names) {
    const own = acceptances.filter((one) => one.agreement === name);
    listed.push(...viewVersions({ name, versions: await read.licences.versionsOf(name), own, atMs }));
  }
  return listed;
}

/** A version's text, if the account is asked for the agreement. */
export async function readOwnLicence(
  context: ServiceContext,
  caller: AuthenticatedCaller,
  { name, version }: Parameters<'licence.read'>,
): Promise<Valid<'licence.read'>> {
  const licences = await listOwnLicences(context, caller.account.id);
  const licence = licences.find((one) => one.name === name && one.version === version);
  if (!licence) return { valid: true, found: false };
  const { read } = context.store;
  const record = (await read.licences.versionsOf(name)).find((one) => one.version === version);
  const text = record && (await read.licences.textOf(record.id));
  return { valid: true, found: true, licence, text: text ?? '' };
}

/** Accepts for the caller's organization. RpcError `refused`: not an owner, or not a browser's session. */
export async function acceptOwnLicence(
  context: ServiceContext,
  caller: AuthenticatedCaller,
  { name, version, address }: Parameters<'licence.accept'>,
): Promise<Valid<'licence.accept'>> {
  const { account, user } = caller;
  requireBrowserSession(caller, 'A token can not accept a licence agreement. Do that in the portal.');
  if (user.role !== 'owner') {
    throw new RpcError('refused', 'Only an owner of your organization can accept a licence agreement.', {
      reason: 'owners_only',
    });
  }
  const acceptance = { actor: `user:${user.name}`, agreement: name, version, address };
  const atMs = context.clock.nowMs();
  await context.store.transaction((transaction) => acceptLicence(transaction, { account, acceptance, atMs }));
  return { valid: true, accepted: true };
}

function viewVersions(parts: {
  name: string;
  versions: readonly LicenceAgreementRecord[];
  own: readonly LicenceAcceptanceRecord[];
  atMs: number;
}): OwnLicence[] {
  const { name, versions, own, atMs } = parts;
  const inForce = agreementInForce(versions, atMs);
  const announced = versions
    .filter((one) => one.inForceAtMs > atMs)
    .toSorted((a, b) => a.inForceAtMs - b.inForceAtMs);
  const shown = [...(inForce ? [inForce] : []), ...announced];
  if (shown.length === 0) return [viewWithoutText(name, own)];
  const newer = (one: LicenceAgreementRecord) =>
    own.find(({ version }) =>
      versions.some((other) => other.version === version && other.inForceAtMs >= one.inForceAtMs),
    );
  return shown.map((one) => {
    const accepted = newer(one);
    const { version, title, inForceAtMs } = one;
    const state = accepted ? 'accepted' : one === inForce ? 'needed' : 'announced';
    return { name, version, title, inForceAtMs, state, acceptedAtMs: accepted?.acceptedAtMs ?? null };
  });
}

/** Its text is not kept here: the vendor's staff record the acceptance. */
function viewWithoutText(name: string, own: readonly LicenceAcceptanceRecord[]): OwnLicence {
  const acceptedAtMs = own[0]?.acceptedAtMs ?? null;
  const state = acceptedAtMs === null ? 'without_text' : 'accepted';
  return { name, version: '', title: name, inForceAtMs: 0, state, acceptedAtMs };
}
