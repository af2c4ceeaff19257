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

type Room = 'internal-db' | 'web-front' | 'ftp-node';

const repository = join(import.meta.dirname, '..', '..');

/** Starts `node <room>/main.ts --config <file>`. */
export function startRoomProgram(room: Room, file: string): RoomProgram {
  const args = ['--no-warnings', join(repository, room, 'main.ts'), '--config', file];
  return watchProgram(room, plainCommand(process.execPath, args));
}

/**
 * The same from a checkout in `folder`, which is this one, mounted there for that program alone: what it loads it has to
 * load through `folder`. Needs root.
 */
export function startRoomProgramIn(folder: string, room: Room, file: string): RoomProgram {
  const node = ['node', '--no-warnings', join(folder, room, 'main.ts'), '--config', file];
  const script = 'mount --bind "$1" "$2" && exec env PATH="$3:$PATH" "$4" "$5" "$6" "$7" "$8"';
  const modules = join(folder, 'node_modules', '.bin');
  const args = ['--mount', 'sh', '-c', script, 'sh', repository, folder, modules, ...node];
  return watchProgram(room, plainCommand('unshare', args));
}

function watchProgram(room: Room, command: [string, string[]]): RoomProgram {
  const child = spawn(...command, { stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
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
