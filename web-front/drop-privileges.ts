// The smallest privileged file of the web-front: gives the directory that it keeps its configuration in to another user,
// and becomes that user for good, once the ports are bound and the keys are read.
// Source: chown(2); setgroups(2), setgid(2), setuid(2), in this order; glibc applies them to every thread.
import assert from 'node:assert/strict';
import { closeSync, constants, fchownSync, fstatSync, openSync, readdirSync } from 'node:fs';

/** A user and group, as numbers. */
export interface SystemUser {
  readonly uid: number;
  readonly gid: number;
}

/**
 * Makes `user` the owner of what root has in a directory, and of the directory, when this process is root. From the second
 * start on that user may have put things there: so nothing is reached through a link, and a file with another name
 * elsewhere is left alone. Throws the file system's errors.
 */
export function handOverDirectory(directory: string, user: SystemUser | null): void {
  if (user !== null && process.getuid?.() === 0) handOver(directory, user);
}

function handOver(path: string, user: SystemUser): void {
  const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = constants;
  const descriptor = openSync(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  try {
    const status = fstatSync(descriptor);
    // Entries are named by the open directory, which nobody can exchange meanwhile.
    const self = `/proc/self/fd/${descriptor}`;
    if (status.isDirectory()) for (const name of readdirSync(self)) handOver(`${self}/${name}`, user);
    const isOurs = status.isDirectory() || (status.isFile() && status.nlink === 1);
    if (isOurs && status.uid === 0) fchownSync(descriptor, user.uid, user.gid);
  } finally {
    closeSync(descriptor);
  }
}

/** Becomes `user` when this process is root; otherwise stays who it is. Says which it was. */
export function dropPrivileges(user: SystemUser | null): 'dropped' | 'not-root' | 'not-asked' {
  if (user === null) return 'not-asked';
  const { setgroups, setgid, setuid, getuid, geteuid } = process;
  assert(setgroups && setgid && setuid && getuid && geteuid, 'this system has no user ids');
  if (getuid() !== 0) return 'not-root';
  setgroups([user.gid]);
  setgid(user.gid);
  setuid(user.uid);
  assert(getuid() === user.uid && geteuid() === user.uid, 'the system kept the old user');
  assert.throws(() => setuid(0), 'the system would let this process become root again');
  return 'dropped';
}
