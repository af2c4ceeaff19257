// A TCP socket that is bound and does not listen, for a child process to inherit: Node.js has no public way to one, so
// this is the function that its cluster module uses. All knowledge of it is here, and is checked when it is used.
// Caller: listening-sockets.ts.
import net from 'node:net';
import { getSystemErrorName } from 'node:util';

/** A bound socket. Its descriptor stays open in whoever has inherited it when it is closed here. */
export interface BoundSocket {
  readonly fd: number;
  readonly port: number;
  close(): void;
}

interface ServerHandle {
  readonly fd: number;
  /** Zero, or the error of the binding, negative. */
  getsockname(into: { port?: number }): number;
  close(): void;
}

interface NetInsides {
  readonly _createServerHandle?: (
    ...place: [address: string, port: number, addressType: 4 | 6, fd: -1, flags: number]
  ) => ServerHandle | number;
}

/** uv.h: UV_TCP_REUSEPORT. */
const reusePortFlag = 2;

/** What to bind. `shared`: other sockets of the same user that are `shared` too may have the address (SO_REUSEPORT). */
export interface BindingPlace {
  /** An IP address. */
  readonly address: string;
  /** Zero takes a free one. */
  readonly port: number;
  readonly shared: boolean;
}

/** Binds. Throws an Error with the system's code (`EADDRINUSE`, `EACCES`, `EADDRNOTAVAIL`). */
export function bindSocket({ address, port, shared }: BindingPlace): BoundSocket {
  const create = (net as NetInsides)._createServerHandle;
  if (create === undefined) throw new Error('This version of Node.js cannot bind without listening.');
  const handle = create(address, port, net.isIPv6(address) ? 6 : 4, -1, shared ? reusePortFlag : 0);
  if (typeof handle === 'number') throw bindingError(handle);
  // libuv keeps EADDRINUSE for later, and a listen(2) after it would take any other port.
  const bound: { port?: number } = {};
  const failure = handle.getsockname(bound);
  if (failure === 0 && bound.port !== undefined && handle.fd >= 0)
    return { fd: handle.fd, port: bound.port, close: () => handle.close() };
  handle.close();
  throw bindingError(failure);
}

function bindingError(errno: number): Error {
  const code = errno === 0 ? 'EINVAL' : getSystemErrorName(errno);
  return Object.assign(new Error(`The socket could not be bound (${code}).`), { code });
}
