// The `consign` command: reads the command line, runs one command against a running installation, and ends with an
// exit code. Started by bin/consign with Consign's own Node.js.
import { existsSync, readFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join, resolve } from 'node:path';
import { layOutState, type StateLayout } from '#deploy/state-directory.ts';
import { exitCodes, toCliError } from './cli-error.ts';
import type { CommandInput, CommandSpec, Invocation } from './command-spec.ts';
import { commands } from './commands/all.ts';
import { buildProgram, exitCodeOf, type GlobalOptions } from './program.ts';
import { findOperatorFiles } from './operator/operator-files.ts';
import type { Terminal } from './terminal.ts';
import { showableLines } from './text.ts';

const root = join(import.meta.dirname, '..');
const terminal: Terminal = { input: process.stdin, output: process.stdout, errors: process.stderr };

/** --state, else CONSIGN_STATE, else ./var; else the checkout's own, so that the command works in any directory. */
function findState(option: string | undefined): StateLayout {
  const named = option ?? process.env['CONSIGN_STATE'];
  if (named !== undefined && named !== '') return layOutState(resolve(named));
  const here = resolve('var');
  return layOutState(existsSync(here) ? here : join(root, 'var'));
}

/** Who the audit log says did it: the person behind sudo, if there is one. */
function findActor(): string {
  return `cli:${process.env['SUDO_USER'] ?? userInfo().username}`;
}

/** Aborted by the first Ctrl-C, once somebody has asked for it; the second one ends the process as usual. */
function listenForInterrupt(): () => AbortSignal {
  let interrupt: AbortController | null = null;
  return () => {
    if (interrupt === null) {
      const controller = new AbortController();
      process.once('SIGINT', () => controller.abort());
      interrupt = controller;
    }
    return interrupt.signal;
  };
}

async function run(spec: CommandSpec, input: CommandInput, options: GlobalOptions): Promise<void> {
  const layout = findState(options.state);
  const environment = process.env['CONSIGN_OPERATOR_KEY'];
  const operatorFiles = findOperatorFiles({ option: options.key, environment }, layout);
  const passphraseFile = process.env['CONSIGN_OPERATOR_PASSPHRASE_FILE'] ?? null;
  const interruptSignal = listenForInterrupt();
  const invocation: Invocation = {
    layout,
    terminal,
    json: options.json,
    actor: findActor(),
    operatorFiles,
    passphraseFile,
    newPassphraseFile: process.env['CONSIGN_OPERATOR_NEW_PASSPHRASE_FILE'] ?? null,
    editor: process.env['VISUAL'] || process.env['EDITOR'] || null,
    get signal() {
      return interruptSignal();
    },
    // What speaks to Consign is loaded by the commands that do.
    withCluster: async (work) => {
      const { withCluster } = await import('./operator/cluster.ts');
      const { at, nodeId } = options;
      return await withCluster({ layout, terminal, operatorFiles, passphraseFile, at, nodeId }, work);
    },
    note: (line) => {
      if (!options.json) terminal.errors.write(`${showableLines(line)}\n`);
    },
    withAdmin: async (work) => {
      const { connectAdmin } = await import('./admin-client.ts');
      const admin = await connectAdmin(layout);
      try {
        return await work(admin);
      } finally {
        admin.close();
      }
    },
    answer: (value, text) => {
      terminal.output.write(`${options.json ? JSON.stringify(value) : text()}\n`);
    },
    setFailed: (code = 'failed') => {
      process.exitCode = exitCodes[code];
    },
  };
  await spec.run(invocation, input);
}

function fail(error: unknown): void {
  const parseCode = exitCodeOf(error);
  if (parseCode !== null) {
    process.exitCode = parseCode;
    return;
  }
  const expected = toCliError(error);
  const text =
    expected?.message ?? `This is a fault of consign itself: ${(error as Error).stack ?? String(error)}`;
  // Parts of it may be a node's words, such as why a member refuses a version.
  terminal.errors.write(`consign: ${showableLines(text)}\n`);
  process.exitCode = exitCodes[expected?.code ?? 'failed'];
}

/** A reader that went away (`consign audit | head`) ends the command quietly. */
terminal.output.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(exitCodes.done);
});

const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
await buildProgram(commands, { version, run }).parseAsync().catch(fail);
