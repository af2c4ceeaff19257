// FileZilla as a customer has it, under an X server of its own: the queue of filezilla-home.ts is started with a key, as
// a person would. Caller: the end-to-end test of FileZilla.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { isQueueLoaded, prepareHome, type FileZillaOrder } from './filezilla-home.ts';
import { plainCommand } from './plain-process.ts';
import { runProgram } from './run-program.ts';
import { waitFor } from './running-consign.ts';

const screen = '1200x900x24';
/** A field of the main window: a click into it gives the window the keys. */
const hostField = ['112', '114'];
const queueTimeoutMs = 90_000;
/** Between the queue and a window that takes keys. */
const settlesWithinMs = 3000;
const patienceMs = 180_000;
const pollMs = 250;

/** An X server without a screen, and FileZilla on it. */
export class VirtualScreen {
  readonly #server: ChildProcess;
  readonly #display: string;

  private constructor(server: ChildProcess, display: string) {
    this.#server = server;
    this.#display = display;
  }

  /** Starts Xvfb on a display that nobody has. */
  static async open(): Promise<VirtualScreen> {
    const server = spawn('Xvfb', ['-displayfd', '3', '-screen', '0', screen, '-nolisten', 'tcp'], {
      stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
    });
    const [text] = (await once(server.stdio[3] as Readable, 'data')) as [Buffer];
    return new VirtualScreen(server, `:${text.toString().trim()}`);
  }

  /** Fetches what is ordered, from a home of its own. Resolves when `isDone` says so; rejects when it never does. */
  async fetch(home: string, order: FileZillaOrder, isDone: () => Promise<boolean>): Promise<void> {
    await prepareHome(home, order);
    const environment = { DISPLAY: this.#display, HOME: home, XDG_CONFIG_HOME: join(home, '.config') };
    const press = (...commands: string[]) => runProgram('xdotool', commands, { environment });
    // A group of its own: it starts programs, which must go with it.
    const [command, args] = plainCommand('filezilla', []);
    const env = { ...process.env, ...environment };
    const program = spawn(command, args, { env, stdio: 'ignore', detached: true });
    const gone = once(program, 'exit');
    try {
      await press('search', '--sync', '--onlyvisible', '--name', 'FileZilla');
      await waitFor('FileZilla to read its queue', () => isQueueLoaded(home), queueTimeoutMs);
      await delay(settlesWithinMs);
      await press('mousemove', ...hostField, 'click', '1', 'key', 'ctrl+p');
      const deadlineMs = performance.now() + patienceMs;
      while (!(await isDone())) {
        if (performance.now() > deadlineMs)
          throw new Error(
            `FileZilla has fetched ${(await readdir(order.directory, { recursive: true })).join(', ')} only.`,
          );
        await delay(pollMs);
      }
    } finally {
      if (program.pid !== undefined && program.exitCode === null) process.kill(-program.pid, 'SIGKILL');
      await gone;
    }
  }

  /** Ends the X server. */
  async close(): Promise<void> {
    const gone = once(this.#server, 'exit');
    this.#server.kill();
    await gone;
  }
}
