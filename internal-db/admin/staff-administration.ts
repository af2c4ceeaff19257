// Staff, for the command line: create. The console's sign-in is in console/.
import type { ParamsOf, ResultOf } from '#commlink/method-table.ts';
import type { adminMethods } from '#commlink/methods/admin-methods.ts';
import { appendAudit } from '../audit/append-audit.ts';
import { newRecordId } from '../record-id.ts';
import { newInitialPassword } from '../secret-token.ts';
import type { ServiceContext } from '../service-context.ts';
import { explainTaken } from './account-administration.ts';

type Table = typeof adminMethods;

/** Creates a member of staff. Without a password one is made up and returned, once. RpcError `conflict`. */
export async function createStaff(
  context: ServiceContext,
  wanted: ParamsOf<Table, 'staff.create'>,
): Promise<ResultOf<Table, 'staff.create'>> {
  const { actor, name, displayName, role } = wanted;
  const madeUp = wanted.password === null ? newInitialPassword() : null;
  const passwordHash = await context.passwords.hash(wanted.password ?? madeUp ?? '');
  const createdAtMs = context.clock.nowMs();
  const id = newRecordId('stf');
  await explainTaken(`There is a member of staff called ${name} already.`, () =>
    context.store.transaction(async (transaction) => {
      await transaction.staff.insert({
        id,
        name,
        displayName,
        role,
        passwordHash,
        createdAtMs,
        endedAtMs: null,
      });
      const detail = { staff: id, role };
      await appendAudit(transaction, {
        atMs: createdAtMs,
        actor,
        action: 'staff.create',
        subject: name,
        detail,
      });
    }),
  );
  return { id, name, role, password: madeUp };
}
