// Everything privileged of a session server: chroot(2) into the accounts directory and the change to its own user.
// Caller: session/main.ts, once, after all keys are read, modules loaded and ports bound, and before a byte is read.
// It trusts nothing that it has done: it asks the kernel for everything back, and must be refused.
import { StartupError } from '#commlink/process-lifecycle.ts';
import { changeRoot } from './system-calls.ts';

/** The user and group that the session server becomes. */
export interface SessionUser {
  readonly uid: number;
  readonly gid: number;
}

/** The privileges were not dropped for good; the process must end. */
export class JailError extends Error {
  readonly code = 'NOT_JAILED';
}

/**
 * Shuts the process in `directory`, as `user`, for good; `/` is that directory afterwards. Returns false, with nothing
 * changed, when this process may not chroot (it is not root). Throws StartupError `SESSION_USER_IS_ROOT`, and JailError
 * when it was half done or can be undone.
 */
export function enterJail(directory: string, user: SessionUser): boolean {
  if (process.geteuid?.() !== 0 || !process.setgroups || !process.setgid || !process.setuid) return false;
  if (user.uid === 0 || user.gid === 0)
    throw new StartupError(
      'SESSION_USER_IS_ROOT',
      'The session servers must not run as root. Name another user and group as sessionUser in the configuration.',
    );
  process.chdir(directory);
  if (!changeRoot(directory)) return false;
  process.chdir('/');
  // Groups first, user last: after setuid(2) the right to change the others is gone.
  process.setgroups([]);
  process.setgid(user.gid);
  process.setuid(user.uid);
  assertNoWayBack(user);
  return true;
}

/** Throws JailError unless the process is `user` in all respects, and may be nobody else. */
export function assertNoWayBack(user: SessionUser): void {
  const ids = [process.getuid?.(), process.geteuid?.(), process.getgid?.(), process.getegid?.()];
  const expected = [user.uid, user.uid, user.gid, user.gid];
  if (ids.some((id, index) => id !== expected[index]))
    throw new JailError('The session server kept another user or group.');
  if (process.getgroups?.().some((group) => group !== user.gid))
    throw new JailError('The session server kept supplementary groups.');
  if (changeRoot('/')) throw new JailError('The session server could still change its root directory.');
  for (const regain of [() => process.setuid?.(0), () => process.setgid?.(0), () => process.setgroups?.([0])])
    if (!isRefused(regain)) throw new JailError('The session server could still become root.');
}

function isRefused(call: () => void): boolean {
  try {
    call();
    return false;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EPERM') return true;
    throw error;
  }
}
