// The links of a member of staff to identity providers, seen and ended on the page of its own sign-in. They are made by
// staff-sign-in.ts. Called by the console, which has asked for the password.
import { RpcError } from '#commlink/rpc-error.ts';
import type { ProviderTitle } from '#commlink/methods/people-fields.ts';
import { appendAudit } from '../audit/append-audit.ts';
import type { ServiceContext } from '../service-context.ts';
import type { IdentityLinkRecord } from '../store/identity-links.ts';
import type { StaffRecord } from '../store/staff.ts';
import { staffRefusals } from '../texts/service-texts.ts';
import { requiredStaffProvider } from './required-provider.ts';

/** What somebody is linked to, and could be. */
export interface StaffLinks {
  readonly links: readonly (Pick<IdentityLinkRecord, 'id' | 'createdAtMs' | 'lastUsedAtMs'> & {
    title: string;
  })[];
  readonly offered: readonly ProviderTitle[];
}

/** Both. */
export async function describeStaffLinks(
  { store, providerSignIns }: Pick<ServiceContext, 'store' | 'providerSignIns'>,
  { id: staffId }: StaffRecord,
): Promise<StaffLinks> {
  const providers = providerSignIns.forStaff();
  const links = await store.read.identityLinks.linksOf(staffId);
  return {
    links: links.map(({ id, issuer, createdAtMs, lastUsedAtMs }) => {
      const title = providers.find((provider) => provider.issuer === issuer)?.title ?? issuer;
      return { id, title, createdAtMs, lastUsedAtMs };
    }),
    offered: providers
      .filter(({ issuer }) => !links.some((link) => link.issuer === issuer))
      .map(({ name, title }) => ({ name, title })),
  };
}

/** Ends one. RpcError `not_found`; `refused`: the settings require the provider for who is linked to it. */
export async function unlinkStaff(
  context: ServiceContext,
  { id: staffId, name }: StaffRecord,
  id: string,
): Promise<void> {
  const required = await requiredStaffProvider(context, staffId);
  if (required) {
    throw new RpcError('refused', staffRefusals.linkIsRequired(required.title));
  }
  await context.store.transaction(async (transaction) => {
    if (!(await transaction.identityLinks.deleteLink(staffId, id))) {
      throw new RpcError('not_found', staffRefusals.noLink);
    }
    const event = { actor: `staff:${name}`, action: 'identity.unlink', subject: name, detail: { link: id } };
    await appendAudit(transaction, { ...event, atMs: context.clock.nowMs() });
  });
}
