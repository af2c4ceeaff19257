// Gives a counted place back, once, however often it is said. Callers: whoever hands such places out.
import type { Admission } from './session-services.ts';

/** An admission whose `release` does its work the first time only. */
export function releaseOnce(release: () => void): Admission {
  let released = false;
  return {
    release: () => {
      if (released) return;
      released = true;
      release();
    },
  };
}
