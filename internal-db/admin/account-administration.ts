// Accounts and their users, for the command line and the console: create, list, suspend, record a licence acceptance.
import { RpcError } from '#commlink/rpc-error.ts';
import type { ParamsOf, ResultOf } from '#commlink/method-table.ts';
import type { Account, adminMethods } from '#commlink/methods/admin-methods.ts';
import { appendAudit } from '../audit/append-audit.ts';
import { endDeliveriesNoLongerAllowed } from '../deliveries/end-deliveries.ts';
import type { OrderProgress } from '../deliveries/order-sender.ts';
import { InternalDbError } from '../internal-db-error.ts';
import { newRecordId } from '../record-id.ts';
import { looksLikeDeliveryLogin, newInitialPassword } from '../secret-token.ts';
import type { ServiceContext } from '../service-context.ts';
import type { AccountRecord } from '../store/accounts.ts';
import type { Transaction } from '../store/store.ts';
import { customerRefusals } from '../texts/service-texts.ts';
import type { Author } from './change-entitlements.ts';
import { findAccount } from './find-by-name.ts';

type Table = typeof adminMethods;

/** An account made inactive or active. */
export interface AccountStateChange {
  readonly account: string;
  readonly state: AccountRecord['state'];
  readonly reason: string;
}

/** Creates an account. RpcError `conflict`: the name is taken. */
export async function createAccount(
  context: ServiceContext,
  wanted: ParamsOf<Table, 'account.create'>,
): Promise<{ account: Account }> {
  const { actor, name, displayName } = wanted;
  const createdAtMs = context.clock.nowMs();
  const account: AccountRecord = { id: newRecordId('acc'), name, displayName, state: 'active', createdAtMs };
  await explainTaken(customerRefusals.accountTaken(name), () =>
    context.store.transaction(async (transaction) => {
      await transaction.accounts.insert(account);
      const detail = { account: account.id, displayName };
      await appendAudit(transaction, {
        atMs: createdAtMs,
        actor,
        action: 'account.create',
        subject: name,
        detail,
      });
    }),
  );
  return { account };
}

/** All accounts by name. */
export async function listAccounts(context: ServiceContext): Promise<{ accounts: Account[] }> {
  return { accounts: await context.store.read.accounts.all() };
}

/**
 * Creates a user. Without a password one is made up and returned, once. RpcError `not_found`, `conflict`, and
 * `refused` for names of the form that delivery logins have.
 */
export async function createUser(
  context: ServiceContext,
  wanted: ParamsOf<Table, 'user.create'>,
): Promise<ResultOf<Table, 'user.create'>> {
  const { actor, name, displayName, role = 'owner', language = 'en' } = wanted;
  const email = wanted.email?.toLowerCase() ?? null;
  if (looksLikeDeliveryLogin(name)) {
    throw new RpcError('refused', customerRefusals.nameLikeDelivery(name));
  }
  const account = await findAccount(context.store.read, wanted.account);
  const madeUp = wanted.password === null ? newInitialPassword() : null;
  const passwordHash = await context.passwords.hash(wanted.password ?? madeUp ?? '');
  const createdAtMs = context.clock.nowMs();
  const id = newRecordId('usr');
  await explainTaken(customerRefusals.userTaken(name), () =>
    context.store.transaction(async (transaction) => {
      const identity = { id, accountId: account.id, name, displayName };
      await transaction.accounts.insertUser({
        ...identity,
        passwordHash,
        role,
        email,
        language,
        createdAtMs,
      });
      const subject = `${account.name} ${name}`;
      const detail = { user: id, displayName, role, email };
      await appendAudit(transaction, { atMs: createdAtMs, actor, action: 'user.create', subject, detail });
    }),
  );
  return { id, account: account.name, name, displayName, password: madeUp };
}

/** Suspends an account (its deliveries end, its sessions too) or makes it active again. */
export async function setAccountState(
  context: ServiceContext,
  { actor, ...change }: AccountStateChange & { actor: string },
): Promise<OrderProgress> {
  const author = { actor, atMs: context.clock.nowMs() };
  const orders = await context.store.transaction((transaction) =>
    changeAccountState(transaction, change, author),
  );
  return await context.orders.sendNow(orders);
}

/** The same inside a transaction; returns the orders to send afterwards. RpcError `not_found`. */
export async function changeAccountState(
  transaction: Transaction,
  { account: name, state, reason }: AccountStateChange,
  { actor, atMs }: Author,
): Promise<readonly string[]> {
  const account = await findAccount(transaction, name);
  if (account.state === state) return [];
  await transaction.accounts.setState(account.id, state);
  if (state === 'suspended') await transaction.sessions.deleteSessionsOfAccount(account.id);
  const ended = await endDeliveriesNoLongerAllowed(transaction, {
    accountId: account.id,
    product: null,
    atMs,
  });
  const action = state === 'suspended' ? 'account.suspend' : 'account.activate';
  const detail = { reason, endedDeliveries: ended.deliveries };
  await appendAudit(transaction, { atMs, actor, action, subject: account.name, detail });
  return ended.orders;
}

/** Runs `work`; a name that is taken becomes RpcError `conflict` with this sentence. */
export async function explainTaken<T>(sentence: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof InternalDbError) || error.code !== 'taken') throw error;
    throw new RpcError('conflict', sentence, { cause: error });
  }
}
