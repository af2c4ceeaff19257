// The system calls that Node.js does not offer, through the C library that the process has already loaded. Callers:
// jail.ts, kernel-filter.ts, acknowledgement.ts and kernel-sender.ts, nobody else. Bound when this module loads, which is
// before the jail shuts.
import koffi from 'koffi';

/** Linux's number for "bytes of this socket that the peer has not acknowledged" (tcp(7), SIOCOUTQ). */
const siocoutq = 0x5411;

/** prctl(2): no program that is started from here may have more rights; what a filter needs of whoever is not root. */
const setNoNewPrivileges = 38;
/** seccomp(2): SECCOMP_SET_MODE_FILTER for all threads at once (SECCOMP_FILTER_FLAG_TSYNC). */
const setModeFilter = 1;
const allThreads = 1;
/** The number of seccomp(2): the C library has no function of that name. */
const seccompNumbers: Partial<Record<NodeJS.Architecture, number>> = { x64: 317, arm64: 277 };
const instructionBytes = 8;

const libc = koffi.load(null);
koffi.struct('sock_fprog', { len: 'uint16_t', filter: 'const uint8_t *' });
const chrootCall = libc.func('int chroot(const char *path)') as (path: string) => number;
const ioctlCall = libc.func('int ioctl(int fd, unsigned long request, _Out_ int *value)') as (
  fd: number,
  request: number,
  value: [number],
) => number;

const dupCall = libc.func('int dup(int fd)') as (fd: number) => number;
const closeCall = libc.func('int close(int fd)') as (fd: number) => number;
/** Its only form is the asynchronous one: a disk may be slow, and the event loop must not wait for it. */
const sendfileCall =
  process.platform === 'linux'
    ? (libc.func('long sendfile(int to, int from, int64_t *offset, size_t count)') as {
        async(...call: [to: number, from: number, offset: [number], count: number, done: SendfileDone]): void;
      })
    : null;
type SendfileDone = (error: Error | null, sentBytes: number) => void;

const prctlCall = libc.func(
  'int prctl(int option, unsigned long a, unsigned long b, unsigned long c, unsigned long d)',
) as (...numbers: [option: number, a: number, b: number, c: number, d: number]) => number;
const seccompCall = libc.func(
  'long syscall(long number, unsigned int operation, unsigned int flags, const sock_fprog *program)',
) as (...call: [number: number, operation: number, flags: number, program: object]) => number;

/** chroot(2). True when it was done; false, with nothing changed, when the kernel refused (EPERM and the like). */
export function changeRoot(directory: string): boolean {
  return chrootCall(directory) === 0;
}

/** Bytes that were given to the kernel for this TCP socket and that the peer has not acknowledged; null if unknown. */
export function unacknowledgedBytes(fd: number): number | null {
  const value: [number] = [0];
  return process.platform === 'linux' && ioctlCall(fd, siocoutq, value) === 0 ? value[0] : null;
}

/**
 * seccomp(2): from now on, in all threads, `program` (BPF) decides on each system call. False, with nothing that matters
 * changed, when this kernel has no such thing.
 */
export function filterSystemCalls(program: Buffer): boolean {
  const number = seccompNumbers[process.arch];
  if (number === undefined || prctlCall(setNoNewPrivileges, 1, 0, 0, 0) !== 0) return false;
  const filter = { len: program.length / instructionBytes, filter: program };
  return seccompCall(number, setModeFilter, allThreads, filter) === 0;
}

/**
 * sendfile(2): lets the kernel put bytes of a file into a non-blocking socket, as many as there is room for; they never
 * come into this process. Zero when there was none, and when it failed: a write, or a read, then tells why. Both
 * descriptors must be open now. The file must stay open until this resolves; the socket need not, because what is used
 * is a duplicate: in the thread that makes the call, its number might be that of another customer's socket by then.
 */
export async function sendFromFile(
  socketDescriptor: number,
  fileDescriptor: number,
  { offsetBytes, lengthBytes }: { readonly offsetBytes: number; readonly lengthBytes: number },
): Promise<number> {
  const duplicate = sendfileCall === null ? -1 : dupCall(socketDescriptor);
  if (sendfileCall === null || duplicate < 0) return 0;
  try {
    const { promise, resolve } = Promise.withResolvers<number>();
    sendfileCall.async(duplicate, fileDescriptor, [offsetBytes], lengthBytes, (error, sentBytes) =>
      resolve(error === null ? Math.max(0, sentBytes) : 0),
    );
    return await promise;
  } finally {
    closeCall(duplicate);
  }
}
