// Makes a dangerous change ready: what needs no transaction is done now, and the change itself is for the transaction in which
// it is approved. It is the same as its service makes it without a second person. Called by propose.ts, which only tries it, and
// by proposals.ts.
import { changeAccountState, explainTaken } from '../admin/account-administration.ts';
import { changeReleaseState } from '../admin/catalog-administration.ts';
import type { Author } from '../admin/change-entitlements.ts';
import { changeStaff, insertStaff, type StaffChange } from '../admin/staff-changes.ts';
import { applyTable } from '../bulk/apply-bulk.ts';
import { prepareFactorReset } from '../members/member-administration.ts';
import { newHalfPassword } from '../secret-token.ts';
import type { ServiceContext } from '../service-context.ts';
import type { Transaction } from '../store/store.ts';
import { staffRefusals } from '../texts/service-texts.ts';
import type { DangerousChange } from './dangerous-change.ts';

/** A change that is ready. */
export interface PreparedChange {
  /** Makes it; returns the orders to send after the commit. RpcErrors as its service throws them. */
  apply(transaction: Transaction, author: Author): Promise<readonly string[]>;
  /** What follows from it outside the database. */
  after(): void;
  /** Shown once to whoever approves it: the second half of the first password of somebody new. */
  readonly shownOnce: string | null;
}

type StaffParams = Extract<DangerousChange, { kind: 'staff.change' }>['params'];

const nothing = { after: () => undefined, shownOnce: null } as const;

/** Prepares it. RpcError `not_found`. */
export async function prepareChange(
  context: ServiceContext,
  change: DangerousChange,
  reason: string,
): Promise<PreparedChange> {
  switch (change.kind) {
    case 'release.withdraw': {
      const wanted = { ...change.params, state: 'withdrawn', reason } as const;
      return { ...nothing, apply: (transaction, author) => changeReleaseState(transaction, wanted, author) };
    }
    case 'entitlement.bulk': {
      const { text } = change.params;
      return { ...nothing, apply: (transaction, author) => applyTable(transaction, text, author) };
    }
    case 'account.suspend': {
      const wanted = { ...change.params, state: 'suspended', reason } as const;
      return { ...nothing, apply: (transaction, author) => changeAccountState(transaction, wanted, author) };
    }
    case 'staff.end':
      return prepareStaffChange(context, { ...change.params, reason, kind: 'end' });
    case 'staff.change':
      return await prepareStaff(context, change.params, reason);
    case 'user.resetSecondFactor': {
      const reset = await prepareFactorReset(context, { ...change.params, reason });
      const apply = async (transaction: Transaction, author: Author) => {
        await reset.apply(transaction, author);
        return [];
      };
      return { apply, after: () => reset.after(), shownOnce: null };
    }
  }
}

async function prepareStaff(
  context: ServiceContext,
  params: StaffParams,
  reason: string,
): Promise<PreparedChange> {
  if (params.change === 'create') return await prepareNewStaff(context, params);
  if (params.change === 'role') {
    const { name, role } = params;
    return prepareStaffChange(context, { name, role, reason, kind: 'role' });
  }
  return prepareStaffChange(context, { name: params.name, reason, kind: params.change });
}

function prepareStaffChange(context: ServiceContext, change: StaffChange): PreparedChange {
  let changedId: string | null = null;
  return {
    apply: async (transaction, author) => {
      changedId = (await changeStaff(transaction, change, author)).id;
      return [];
    },
    after: () => {
      if (changedId !== null) context.factorChallenges.forget({ id: changedId });
    },
    shownOnce: null,
  };
}

async function prepareNewStaff(
  context: ServiceContext,
  { name, displayName, role, firstHalf }: Extract<StaffParams, { change: 'create' }>,
): Promise<PreparedChange> {
  // In two halves: neither its author nor its approver can sign in as the new one, and so decide alone.
  const secondHalf = newHalfPassword();
  const passwordHash = await context.passwords.hash(`${firstHalf ?? newHalfPassword()}-${secondHalf}`);
  return {
    apply: async (transaction, author) => {
      const wanted = { name, displayName, role, passwordHash };
      await explainTaken(staffRefusals.nameTaken(name), () => insertStaff(transaction, wanted, author));
      return [];
    },
    after: () => undefined,
    shownOnce: secondHalf,
  };
}
