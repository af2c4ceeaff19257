// Records that an account has accepted a version of a licence agreement, once, with its audit entry. Called for customers'
// owners (customer-licences.ts) and for staff, who were told of it on paper.
import { createHash } from 'node:crypto';
import { RpcError } from '#commlink/rpc-error.ts';
import { appendAudit } from '../audit/append-audit.ts';
import { agreementInForce } from '../decision/accepted-agreements.ts';
import { findAccount } from '../admin/find-by-name.ts';
import { newRecordId } from '../record-id.ts';
import type { ServiceContext } from '../service-context.ts';
import type { AccountRecord } from '../store/accounts.ts';
import type { LicenceAgreementRecord } from '../store/licences.ts';
import type { Transaction } from '../store/store.ts';
import { customerRefusals } from '../texts/service-texts.ts';

/** Who accepts what. `version` null: the one in force. */
export interface Acceptance {
  readonly actor: string;
  readonly agreement: string;
  readonly version: string | null;
  readonly address: string | null;
}

/**
 * Records it for the account of that name. RpcError `not_found`: the account, or such a version; `refused`: none of the
 * account's entitlements asks for the agreement.
 */
export async function recordLicenceAcceptance(
  context: ServiceContext,
  wanted: Omit<Acceptance, 'address'> & { readonly account: string },
): Promise<{ agreement: string; version: string }> {
  const atMs = context.clock.nowMs();
  return await context.store.transaction(async (transaction) => {
    const account = await findAccount(transaction, wanted.account);
    return await acceptLicence(transaction, { account, acceptance: { ...wanted, address: null }, atMs });
  });
}

/** The same inside a transaction. A version that is accepted already stays as it was accepted. */
export async function acceptLicence(
  transaction: Transaction,
  parts: { account: AccountRecord; acceptance: Acceptance; atMs: number },
): Promise<{ agreement: string; version: string }> {
  const { account, acceptance, atMs } = parts;
  const { agreement, actor, address } = acceptance;
  const asked = await transaction.licences.namesAskedOf(account.id);
  if (!asked.includes(agreement)) {
    throw new RpcError('refused', `No entitlement of ${account.name} asks for the agreement ${agreement}.`, {
      reason: 'agreement_not_asked',
    });
  }
  const meant = await findVersion(transaction, acceptance, atMs);
  const version = meant?.version ?? '';
  const known = await transaction.licences.acceptancesOf(account.id);
  if (known.some((one) => one.agreement === agreement && one.version === version)) {
    return { agreement, version };
  }
  await transaction.licences.insertAcceptance({
    id: newRecordId('lic'),
    accountId: account.id,
    agreement,
    version,
    acceptedBy: actor,
    acceptedAtMs: atMs,
    address,
  });
  const textSha256 = meant ? digestText(await transaction.licences.textOf(meant.id)) : null;
  const detail = { agreement, version, textSha256, address };
  await appendAudit(transaction, { atMs, actor, action: 'licence.accept', subject: account.name, detail });
  return { agreement, version };
}

/** The version that is meant; undefined when no text of the agreement is kept here. */
async function findVersion(
  transaction: Transaction,
  { agreement, version }: Acceptance,
  atMs: number,
): Promise<LicenceAgreementRecord | undefined> {
  const versions = await transaction.licences.versionsOf(agreement);
  if (versions.length === 0 && (version === null || version === '')) return undefined;
  const meant =
    version === null ? agreementInForce(versions, atMs) : versions.find((one) => one.version === version);
  if (meant) return meant;
  throw new RpcError('not_found', customerRefusals.noAgreementVersion(agreement));
}

function digestText(text: string | undefined): string {
  return createHash('sha256')
    .update(text ?? '')
    .digest('hex');
}
