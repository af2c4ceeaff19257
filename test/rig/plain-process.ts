// Starts programs without the test runner's own hooks: it adds itself to every Node.js below it through NODE_OPTIONS,
// which slows them, and at the end of a jailed process tries for ever to write where nothing can be written.
// Callers: whatever in the tests starts our programs.

/** The command line that runs `command` as its user would have it; the process id stays the program's own. */
export function plainCommand(command: string, args: readonly string[]): [string, string[]] {
  return ['env', ['-u', 'NODE_OPTIONS', command, ...args]];
}
