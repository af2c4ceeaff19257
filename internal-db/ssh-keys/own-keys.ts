// SSH keys of customers' users: what a customer puts in, sees and removes in the portal, and what support sees and removes
// for them. Only a browser session may change them: a stolen token can't leave a key behind that outlives it.
import { RpcError } from '#commlink/rpc-error.ts';
import type { KeyRefusal } from '#commlink/methods/key-refusal.ts';
import type { SshKey } from '#commlink/methods/internal-db-methods.ts';
import { appendAudit } from '../audit/append-audit.ts';
import { requireBrowserSession, type AuthenticatedCaller } from '../identity/authenticate-secret.ts';
import { sshKeysPerUserMax } from '../limits.ts';
import { newRecordId } from '../record-id.ts';
import type { ServiceContext } from '../service-context.ts';
import type { SshKeyRecord } from '../store/ssh-keys.ts';
import { customerRefusals } from '../texts/service-texts.ts';
import { readKeyLine } from './key-line.ts';
import { fingerprintOf } from './public-key.ts';
import { refuseKey } from './refuse-key.ts';

/** A key that was put in, or a sentence that says why it was not. */
export type AddedKey =
  { readonly added: true; readonly key: SshKey } | (KeyRefusal & { readonly added: false });

const byTokenText = 'SSH keys are put in and removed in the portal, not with a token.';

/** Puts a key in. RpcError `refused`: by a token. */
export async function addKey(
  context: ServiceContext,
  caller: AuthenticatedCaller,
  wanted: { line: string; name: string | null; lifetimeMs?: number },
): Promise<AddedKey> {
  requireBrowserSession(caller, byTokenText);
  const read = readKeyLine(wanted.line);
  if (!read.accepted) return refuseKey(read.reason);
  const { keyType, keyBits } = read.key;
  const createdAtMs = context.clock.nowMs();
  const key: SshKeyRecord = {
    id: newRecordId('key'),
    userId: caller.user.id,
    name: wanted.name ?? (read.comment === '' ? keyType : read.comment),
    keyType,
    keyBits,
    publicKey: read.blob,
    createdAtMs,
    expiresAtMs: wanted.lifetimeMs === undefined ? null : createdAtMs + wanted.lifetimeMs,
    lastUsedAtMs: null,
  };
  return await context.store.transaction(async (transaction) => {
    const known = await transaction.sshKeys.sshKeysOf(caller.user.id);
    const same = known.find(({ publicKey }) => read.blob.equals(publicKey));
    if (same) return refuseKey('known', same.name);
    if (known.length >= sshKeysPerUserMax) return refuseKey('too_many', String(known.length));
    await transaction.sshKeys.insertSshKey(key);
    const view = viewKey(key);
    await appendAudit(transaction, {
      atMs: createdAtMs,
      actor: `user:${caller.user.name}`,
      action: 'sshKey.add',
      subject: caller.account.name,
      detail: {
        key: key.id,
        name: key.name,
        keyType,
        keyBits,
        fingerprint: view.fingerprint,
        expiresAtMs: key.expiresAtMs,
      },
    });
    return { added: true, key: view };
  });
}

/** The caller's keys. */
export async function listKeys(context: ServiceContext, caller: AuthenticatedCaller): Promise<SshKey[]> {
  return (await context.store.read.sshKeys.sshKeysOf(caller.user.id)).map(viewKey);
}

/** Removes one of the caller's own keys: no login with it succeeds any more, and none goes on. Tells whether there was one. */
export async function removeKey(
  context: ServiceContext,
  caller: AuthenticatedCaller,
  id: string,
): Promise<boolean> {
  requireBrowserSession(caller, byTokenText);
  const actor = `user:${caller.user.name}`;
  return await removeRecorded(context, { id, user: caller.user.name, actor, reason: null });
}

/** A user's keys, for support. RpcError `not_found`: the user. */
export async function listKeysOfUser(
  context: ServiceContext,
  { user }: { user: string },
): Promise<{ keys: SshKey[] }> {
  const found = await context.store.read.accounts.userByName(user);
  if (!found) throw new RpcError('not_found', customerRefusals.noUser(user));
  return { keys: (await context.store.read.sshKeys.sshKeysOf(found.user.id)).map(viewKey) };
}

/** Removes a user's key, for support. RpcError `not_found`: the user, or the key. */
export async function removeKeyOfUser(
  context: ServiceContext,
  removal: { actor: string; user: string; id: string; reason: string },
): Promise<{ removed: true }> {
  const removed = await removeRecorded(context, removal);
  if (!removed) throw new RpcError('not_found', customerRefusals.noSuchKey(removal.user));
  return { removed };
}

async function removeRecorded(
  context: ServiceContext,
  { id, user, actor, reason }: { id: string; user: string; actor: string; reason: string | null },
): Promise<boolean> {
  const atMs = context.clock.nowMs();
  const account = await context.store.transaction(async (transaction) => {
    const found = await transaction.accounts.userByName(user);
    if (!found) throw new RpcError('not_found', customerRefusals.noUser(user));
    const removed = await transaction.sshKeys.removeSshKey({ id, userId: found.user.id, atMs });
    if (!removed) return null;
    const detail = { key: id, user, ...(reason === null ? {} : { reason }) };
    const subject = found.account.name;
    await appendAudit(transaction, { atMs, actor, action: 'sshKey.remove', subject, detail });
    return subject;
  });
  if (account === null) return false;
  await context.accessEnder.end(context, { account, principals: [`key:${id}`] });
  return true;
}

function viewKey(key: SshKeyRecord): SshKey {
  const { id, name, keyType, keyBits, createdAtMs, expiresAtMs, lastUsedAtMs } = key;
  const fingerprint = fingerprintOf(key.publicKey);
  return { id, name, keyType, keyBits, fingerprint, createdAtMs, expiresAtMs, lastUsedAtMs };
}
