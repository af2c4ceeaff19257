// Where an account's deliveries come from: what is noted, and noting it, audited. Called for the command line.
import type { AccountPlace } from '#commlink/methods/place-methods.ts';
import { RpcError } from '#commlink/rpc-error.ts';
import { appendAudit } from '../audit/append-audit.ts';
import type { ServiceContext } from '../service-context.ts';
import { customerRefusals } from '../texts/service-texts.ts';
import { findAccount } from './find-by-name.ts';

/** What is noted. RpcError `not_found`. */
export async function readAccountPlace(
  { store }: ServiceContext,
  { account }: { readonly account: string },
): Promise<AccountPlace> {
  const { region, nodes } = await store.read.places.ofAccount((await findAccount(store.read, account)).id);
  return { region, nodes: [...nodes] };
}

/** Notes it, for the deliveries from now on. RpcError `not_found`; `refused` for a node that there is not. */
export async function setAccountPlace(
  { store, clock, documents }: ServiceContext,
  wanted: AccountPlace & { readonly actor: string; readonly account: string },
): Promise<AccountPlace> {
  const { actor, account: subject, region, nodes } = wanted;
  const names = new Set(documents.ftpNodes().map(({ name }) => name));
  const stranger = nodes.find((name) => !names.has(name));
  if (stranger !== undefined)
    throw new RpcError('refused', customerRefusals.noNode(stranger), { advice: 'See: consign node list' });
  await store.transaction(async (transaction) => {
    const { id } = await findAccount(transaction, subject);
    await transaction.places.putAccount(id, { region, nodes });
    const detail = { region, nodes };
    await appendAudit(transaction, {
      atMs: clock.nowMs(),
      actor,
      action: 'account.place',
      subject,
      detail,
    });
  });
  return { region, nodes };
}
