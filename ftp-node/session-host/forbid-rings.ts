// Forbids io_uring to this process and whatever it starts: system calls that go through a ring pass no seccomp filter, and
// Node.js makes itself rings before a line of ours runs, so it must be forbidden by whoever starts it. Those that this
// process has it keeps. Caller: main.ts, before it starts a session server.
import { buildRingFilter } from '../session/seccomp-filter.ts';
import { filterSystemCalls } from '../session/system-calls.ts';

/** False where seccomp is not to be had: the session servers then run without their filters too, and say so. */
export function forbidRings(): boolean {
  const filter = buildRingFilter(process.arch);
  return filter !== null && filterSystemCalls(filter);
}
