// Licence agreements, for the command line and the console: add a version, list them.
import { RpcError } from '#commlink/rpc-error.ts';
import type { ParamsOf, ResultOf } from '#commlink/method-table.ts';
import type { catalogAdminMethods } from '#commlink/methods/catalog-admin-methods.ts';
import { cutPage, decodeCursor } from '#commlink/methods/paging.ts';
import { explainTaken } from '../admin/account-administration.ts';
import { appendAudit } from '../audit/append-audit.ts';
import { newRecordId } from '../record-id.ts';
import type { ServiceContext } from '../service-context.ts';
import type { LicenceAgreementRecord } from '../store/licences.ts';
import { customerRefusals } from '../texts/service-texts.ts';

type Table = typeof catalogAdminMethods;

/**
 * Adds a version, which is in force from now on or from a later time. RpcError `conflict`: it is there already; `refused`:
 * it would be in force before one that is.
 */
export async function addLicence(
  context: ServiceContext,
  wanted: ParamsOf<Table, 'licence.add'>,
): Promise<ResultOf<Table, 'licence.add'>> {
  const { actor, name, version, title, text } = wanted;
  const atMs = context.clock.nowMs();
  const inForceAtMs = wanted.inForceAtMs ?? atMs;
  const id = newRecordId('lic');
  const agreement = { id, name, version, title, inForceAtMs, addedBy: actor, addedAtMs: atMs };
  await explainTaken(customerRefusals.agreementExists(version, name), () =>
    context.store.transaction(async (transaction) => {
      const versions = await transaction.licences.versionsOf(name);
      const known = versions.some((one) => one.version === version);
      if (!known && (inForceAtMs < atMs || versions.some((one) => one.inForceAtMs >= inForceAtMs))) {
        throw new RpcError('refused', customerRefusals.agreementTooEarly);
      }
      await transaction.licences.insertAgreement(agreement, text);
      const detail = { version, title, inForceAtMs, characterCount: text.length };
      await appendAudit(transaction, { atMs, actor, action: 'licence.add', subject: name, detail });
    }),
  );
  return { agreement: viewAgreement(agreement) };
}

/** Agreements by name, each version. RpcError `bad_request`: the cursor. */
export async function listLicences(
  context: ServiceContext,
  { after, limit }: ParamsOf<Table, 'licence.list'>,
): Promise<ResultOf<Table, 'licence.list'>> {
  const key = decodeCursor(after, ['string', 'number']);
  const found = await context.store.read.licences.page({
    after: key && { name: key[0], inForceAtMs: key[1] },
    limit: limit + 1,
  });
  const { rows, next } = cutPage(found, limit, (one) => [one.name, one.inForceAtMs]);
  return { agreements: rows.map(viewAgreement), next };
}

function viewAgreement(record: LicenceAgreementRecord) {
  const { id: _id, ...agreement } = record;
  return agreement;
}
