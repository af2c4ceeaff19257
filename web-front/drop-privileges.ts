// The smallest privileged file of the web-front: becomes another user for good, once the ports are bound and the keys
// are read. Source: setgroups(2), setgid(2), setuid(2), in this order; glibc applies them to every thread.
import assert from 'node:assert/strict';

/** Becomes `user` when this process is root; otherwise stays who it is. Says which it was. */
export function dropPrivileges(
  user: { uid: number; gid: number } | null,
): 'dropped' | 'not-root' | 'not-asked' {
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
