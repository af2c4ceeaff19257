// Rows of the console's route table: changes that need a second person. What is proposed is about an account, by an operator of
// whom no session is used: so operators decide it, and auditors see it.
import { newRecordId } from '#internal-db/record-id.ts';
import type { RouteRecords, RouteRequest, RouteRow } from '../route-row.ts';
import { probeText } from '../route-row.ts';

/** By method and path as the route was registered. */
export const approvalRows: Readonly<Record<string, RouteRow>> = {
  'GET /approvals': { who: 'staff' },
  'GET /approvals/:proposal': { who: ['operator', 'auditor'], request: proposalAt('') },
  'POST /approvals/:proposal/approve': { who: ['operator'], request: proposalAt('/approve', {}) },
  'POST /approvals/:proposal/end': { who: ['operator'], request: proposalAt('/end', {}) },
};

function proposalAt(path: string, body?: Record<string, string>) {
  return async ({ room, account }: RouteRecords): Promise<RouteRequest> => {
    const { store, clock } = room.services.context;
    const nowMs = clock.nowMs();
    const id = newRecordId('prp');
    await store.transaction(async (transaction) => {
      const known = await transaction.staff.byName('proposer');
      const names = { name: 'proposer', displayName: probeText, passwordHash: 'of no password' };
      const author = { ...names, role: 'operator' as const, createdAtMs: nowMs, endedAtMs: null };
      const authorId = known?.id ?? newRecordId('stf');
      if (!known) await transaction.staff.insert({ ...author, id: authorId });
      await transaction.proposals.insertProposal({
        id,
        kind: 'account.suspend',
        subject: account,
        change: JSON.stringify({ kind: 'account.suspend', params: { account } }),
        reason: probeText,
        proposedBy: authorId,
        proposedAtMs: nowMs,
        expiresAtMs: nowMs + 3_600_000,
      });
    });
    return { path: `/approvals/${id}${path}`, ...(body ? { body } : {}) };
  };
}
