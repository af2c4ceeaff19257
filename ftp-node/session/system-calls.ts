// The two system calls that Node.js does not offer, through the C library that the process has already loaded.
// Callers: jail.ts and acknowledgement.ts, nobody else. Bound when this module loads, which is before the jail shuts.
import koffi from 'koffi';

/** Linux's number for "bytes of this socket that the peer has not acknowledged" (tcp(7), SIOCOUTQ). */
const siocoutq = 0x5411;

const libc = koffi.load(null);
const chrootCall = libc.func('int chroot(const char *path)') as (path: string) => number;
const ioctlCall = libc.func('int ioctl(int fd, unsigned long request, _Out_ int *value)') as (
  fd: number,
  request: number,
  value: [number],
) => number;

/** chroot(2). True when it was done; false, with nothing changed, when the kernel refused (EPERM and the like). */
export function changeRoot(directory: string): boolean {
  return chrootCall(directory) === 0;
}

/** Bytes that were given to the kernel for this TCP socket and that the peer has not acknowledged; null if unknown. */
export function unacknowledgedBytes(fd: number): number | null {
  const value: [number] = [0];
  return process.platform === 'linux' && ioctlCall(fd, siocoutq, value) === 0 ? value[0] : null;
}
