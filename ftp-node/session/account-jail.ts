// The jail of a session server that serves one connection (isolation: session). It is born in a user namespace of its own
// with the three capabilities that are used here (session-host/isolated-process.ts); in it, user 0 is the ordinary
// session user outside, and each account has a user. First the process shuts itself in the accounts directory; at the login
// it shuts itself in the account's own, as the account's user, and the kernel takes the capabilities from all threads.
// Callers: session/main.ts and account-place.ts. As jail.ts, it trusts nothing that it has done.
import { accessSync, constants } from 'node:fs';
import { join } from 'node:path';
import { StartupError } from '#commlink/process-lifecycle.ts';
import { assertNoWayBack, JailError } from './jail.ts';
import { changeRoot } from './system-calls.ts';

/**
 * Shuts the process in the accounts directory as the session user, who may still choose the account it is for. Throws
 * StartupError `ISOLATION_UNAVAILABLE` or `ACCOUNTS_DIRECTORY_OPEN`.
 */
export function enterAccountsDirectory(directory: string): void {
  if (!process.setgroups || !process.setgid || !process.setuid) throw namespacesUnavailable();
  // As whoever has started this process: the session user may not pass through what is around the accounts.
  process.chdir(directory);
  try {
    process.setgid(0);
    process.setgroups([]);
    process.setuid(0);
  } catch (error) {
    throw namespacesUnavailable(error);
  }
  assertClosed(join(directory, '..'));
  if (!changeRoot('.')) throw namespacesUnavailable();
  process.chdir('/');
}

/**
 * Whoever may chroot can leave a chroot, upwards from directory to directory, until the first one that it may not pass
 * through: the one around the accounts.
 */
function assertClosed(directory: string): void {
  try {
    accessSync('..', constants.X_OK);
  } catch {
    return;
  }
  throw new StartupError(
    'ACCOUNTS_DIRECTORY_OPEN',
    `With isolation "session", the directory around the accounts (${directory}) must be closed to other users: chmod 0700 it.`,
  );
}

/** Shuts the process in the directory of `account`, as `user`, for good. Throws JailError; the process must end then. */
export function enterAccountDirectory(account: string, user: number): void {
  const directory = `/${account}`;
  process.chdir(directory);
  if (!changeRoot(directory)) throw new JailError('The session could not change its root directory.');
  process.chdir('/');
  process.setgroups?.([]);
  process.setgid?.(user);
  process.setuid?.(user);
  assertNoWayBack({ uid: user, gid: user });
}

/** `ISOLATION_UNAVAILABLE`, for whoever finds that there is no user namespace for a process of its own. */
export function namespacesUnavailable(cause?: unknown): StartupError {
  return new StartupError(
    'ISOLATION_UNAVAILABLE',
    'With isolation "session", the kernel must allow user namespaces to the FTP node (sysctl user.max_user_namespaces). Allow them, or set isolation to "shared".',
    { cause },
  );
}
