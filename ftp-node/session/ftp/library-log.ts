// Defect 16 of ftp-srv: at level `trace` it logs raw command lines, PASS among them; and it reports a customer's typing
// error, stack and all, as an error of the server. The library gets this logger instead: it has no trace, and what the
// library calls an error is detail for us, for every fault of ours is logged where we catch it. Caller: the FTP server.
import type { Logger } from '#commlink/log.ts';
import type { LibraryLog } from './ftp-srv-door.ts';

/** Gives the library a logger that cannot leak a command line. */
export function makeLibraryLog(log: Logger): LibraryLog {
  const ignore = (): void => undefined;
  return {
    child: (fields) => makeLibraryLog(log.child(fields)),
    trace: ignore,
    debug: ignore,
    info: ignore,
    warn: ignore,
    error: (...message) => {
      const [first] = message;
      const detail = first instanceof Error ? { name: first.name, message: first.message } : {};
      log.debug(detail, 'ftp-srv reports an error');
    },
  };
}
