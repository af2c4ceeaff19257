// Changes of what an appliance may do: quarantine, release from it, retirement, restoring. Each is audited and stands on its timeline.
// Called by take-beats.ts, and for staff and operators by the administration.
import { appendAudit } from '../../audit/append-audit.ts';
import type { ApplianceState } from '../../store/fleet-appliances.ts';
import type { Transaction } from '../../store/store.ts';
import { EventList } from '../event-list.ts';

/** Who changes it, when, and why. */
export interface StateChange {
  readonly actor: string;
  readonly reason: string;
  readonly atMs: number;
}

const actionOf = {
  quarantined: 'appliance.quarantine',
  released: 'appliance.release',
  retired: 'appliance.retire',
  restore_asked: 'appliance.restore',
} as const;
type ChangeKind = keyof typeof actionOf;

/** Quarantines both machines that use one identity: neither gets anything new until somebody has looked. */
export async function quarantine(
  transaction: Transaction,
  uid: string,
  { why, atMs }: { why: string; atMs: number },
): Promise<void> {
  const change = { actor: 'internal-db', reason: why, atMs };
  await changeState(transaction, uid, { ...change, state: 'quarantined', kind: 'quarantined' });
}

/** Ends a quarantine: the appliance goes on with the keys that it has. */
export async function release(transaction: Transaction, uid: string, change: StateChange): Promise<void> {
  await changeState(transaction, uid, { ...change, state: 'active', kind: 'released' });
}

/** Retires it for good. */
export async function retire(transaction: Transaction, uid: string, change: StateChange): Promise<void> {
  await changeState(transaction, uid, { ...change, state: 'retired', kind: 'retired' });
}

/** Has it brought back to what it confirmed last. */
export async function askRestore(
  transaction: Transaction,
  uid: string,
  { actor, reason, atMs }: StateChange,
): Promise<void> {
  await transaction.appliances.setRestoring(uid, atMs);
  await transaction.beats.dropCatalogs([uid]);
  await note(transaction, uid, { actor, reason, atMs, kind: 'restore_asked' });
}

async function changeState(
  transaction: Transaction,
  uid: string,
  change: StateChange & { state: ApplianceState; kind: ChangeKind },
): Promise<void> {
  const { state, reason, atMs } = change;
  await transaction.appliances.setState(uid, { state, reason, atMs });
  await transaction.beats.dropCatalogs([uid]);
  await note(transaction, uid, change);
}

async function note(
  transaction: Transaction,
  uid: string,
  { actor, reason, atMs, kind }: StateChange & { kind: ChangeKind },
): Promise<void> {
  const events = new EventList(uid, atMs);
  events.add(kind, { actor, reason });
  await events.write(transaction);
  await appendAudit(transaction, { atMs, actor, action: actionOf[kind], subject: uid, detail: { reason } });
}
