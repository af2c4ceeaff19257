// FileZilla as a customer has it, under an X server of its own: the queue of filezilla-home.ts is started with a key, as
// a person would, and a file of sites imported. Callers: the tests of FileZilla.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { prepareHome, prepareSettings, type FileZillaOrder } from './filezilla-home.ts';
import { plainCommand } from './plain-process.ts';
import { runProgram } from './run-program.ts';

const screen = '1200x900x24';
/** A field of the main window: a click into it gives the window the keys. */
const hostField = ['112', '114'];
const queueLoadsWithinMs = 3000;
const patienceMs = 90_000;
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
    await this.#use(home, async (press) => {
      await press('key', 'ctrl+p');
      const deadlineMs = performance.now() + patienceMs;
      while (!(await isDone())) {
        if (performance.now() > deadlineMs)
          throw new Error(
            `FileZilla has fetched ${(await readdir(order.directory, { recursive: true })).join(', ')} only.`,
          );
        await delay(pollMs);
      }
    });
  }

  /** Imports a file of sites as a person does, by the menu; returns the list of sites that FileZilla has written then. */
  async importSites(home: string, file: string): Promise<string> {
    await prepareSettings(home);
    const written = join(home, '.config', 'filezilla', 'sitemanager.xml');
    await this.#use(home, async (press) => {
      await press('key', 'alt+f', 'sleep', '1', 'key', 'i', 'sleep', '2');
      await press('type', '--delay', '20', file);
      const deadlineMs = performance.now() + patienceMs;
      // The first ends the dialog that asks for the file, the second the one that asks what to take from it.
      while (!existsSync(written)) {
        if (performance.now() > deadlineMs) throw new Error('FileZilla has imported nothing.');
        await press('sleep', '1', 'key', 'Return', 'sleep', '1');
      }
      await delay(pollMs);
    });
    return await readFile(written, 'utf8');
  }

  /** Starts FileZilla, gives its window the keys, and ends it when `work` is done. */
  async #use(
    home: string,
    work: (press: (...commands: string[]) => Promise<unknown>) => Promise<void>,
  ): Promise<void> {
    const environment = { DISPLAY: this.#display, HOME: home, XDG_CONFIG_HOME: join(home, '.config') };
    const press = (...commands: string[]) => runProgram('xdotool', commands, { environment });
    // A group of its own: it starts programs, which must go with it.
    const [command, args] = plainCommand('filezilla', []);
    const env = { ...process.env, ...environment };
    const program = spawn(command, args, { env, stdio: 'ignore', detached: true });
    const gone = once(program, 'exit');
    try {
      await press('search', '--sync', '--onlyvisible', '--name', 'FileZilla');
      await delay(queueLoadsWithinMs);
      await press('mousemove', ...hostField, 'click', '1');
      await work(press);
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
