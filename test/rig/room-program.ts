// Starts a room as its own process, as the launcher does: with a configuration file, and a channel on which it says that it
// is ready. Callers: the tests of the rooms' programs.
import { spawn, type ChildProcess } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { plainCommand } from './plain-process.ts';

/** How a program ended. */
export interface EndedProgram {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** What a program says once it serves. */
export interface ReadyMessage {
  readonly pids?: Readonly<Record<string, number>>;
}

/** A program that was started. */
export interface RoomProgram {
  readonly child: ChildProcess;
  /** What it said with `ready`. Throws with its last words when it ended before. */
  whenReady(): Promise<ReadyMessage>;
  readonly ended: Promise<EndedProgram>;
  /** SIGTERM, and how it ended. */
  stop(): Promise<EndedProgram>;
}

/** Starts `node <room>/main.ts --config <file>`. */
export function startRoomProgram(room: 'internal-db' | 'web-front' | 'ftp-node', file: string): RoomProgram {
  const main = join(import.meta.dirname, '..', '..', room, 'main.ts');
  const args = ['--no-warnings', main, '--config', file];
  const child = spawn(...plainCommand(process.execPath, args), { stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
  let [stdout, stderr] = ['', ''];
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const ended = new Promise<EndedProgram>((resolve) =>
    child.on('close', (code) => resolve({ code, stdout, stderr })),
  );
  const said = new Promise<ReadyMessage | null>((resolve) => {
    child.on('message', (message) => resolve(message as ReadyMessage));
    child.on('close', () => resolve(null));
  });
  const whenReady = async (): Promise<ReadyMessage> => {
    const message = await said;
    if (message) return message;
    const { code } = await ended;
    throw new Error(`${room} ended with ${code} before it was ready: ${stderr}`);
  };
  const stop = (): Promise<EndedProgram> => {
    child.kill('SIGTERM');
    return ended;
  };
  return { child, whenReady, ended, stop };
}

/** Writes a configuration file (a text as it is, anything else as JSON) and returns its name. */
export async function writeProgramConfig(directory: string, config: unknown): Promise<string> {
  const file = join(directory, 'config.json');
  await writeFile(file, typeof config === 'string' ? config : JSON.stringify(config), { mode: 0o600 });
  return file;
}
