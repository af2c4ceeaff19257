// How a session server for one connection is born (isolation: session): in a user namespace of its own, with three
// capabilities that count in there alone, and without the way to more. Which users there are in the namespace only the
// stager can say, which is root outside: the process waits for it. Caller: session-process.ts.
import { readFileSync, writeFileSync } from 'node:fs';
import { StartupError } from '#commlink/process-lifecycle.ts';

/** Whom the users of the namespace stand for: 0 for the session user, the account numbers 1 … count for those from `from`. */
export interface NamespaceUsers {
  readonly sessionUser: { readonly uid: number; readonly gid: number };
  readonly accountUids: { readonly from: number; readonly count: number };
}

/** Of util-linux, which every Linux has. */
const unshare = '/usr/bin/unshare';
const setpriv = '/usr/bin/setpriv';
/** chroot(2) twice, and the change from nobody to the session user to the account's. */
const capabilities = '-all,+sys_chroot,+setuid,+setgid';

/** The command line that starts `program` in a namespace of its own. */
export function isolatedCommand(program: readonly string[]): readonly [string, readonly string[]] {
  const dropped = ['inh-caps', 'ambient-caps', 'bounding-set'].map((set) => `--${set}=${capabilities}`);
  return [unshare, ['--user', '--keep-caps', setpriv, ...dropped, '--no-new-privs', ...program]];
}

/**
 * Tells the kernel who is who in the namespace of process `pid` (user_namespaces(7)). Throws StartupError
 * `ISOLATION_UNAVAILABLE`: this process is not root, or may itself not be so many users.
 */
export function mapUsers(pid: number, { sessionUser, accountUids }: NamespaceUsers): void {
  const { from, count } = accountUids;
  try {
    for (const [file, id] of [
      ['uid_map', sessionUser.uid],
      ['gid_map', sessionUser.gid],
    ] as const)
      if (readFileSync(`/proc/${pid}/${file}`, 'utf8') === '')
        writeFileSync(`/proc/${pid}/${file}`, `0 ${id} 1\n1 ${from} ${count}\n`);
  } catch (cause) {
    throw new StartupError(
      'ISOLATION_UNAVAILABLE',
      'With isolation "session", the FTP node must run as root, with the users of accountUids and the session user, all different, to give away. Correct that, or set isolation to "shared".',
      { cause },
    );
  }
}
