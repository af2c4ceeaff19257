// A line that a customer pastes into a terminal, run there for real. Callers: the tests of the portal's lines.
import { spawn } from 'node:child_process';

/** Runs a line in a terminal of its own (util-linux's script), accepts a new host key, and types the password. */
export async function paste(
  line: string,
  directory: string,
  password: string,
): Promise<{ code: number | null; screen: string }> {
  const environment = { ...process.env, HOME: directory };
  const terminal = spawn('script', ['-qec', line, '/dev/null'], { cwd: directory, env: environment });
  let screen = '';
  const typed = new Set<string>();
  const typeOnce = (prompt: RegExp, answer: string) => {
    if (!prompt.test(screen) || typed.has(answer)) return;
    typed.add(answer);
    // Clients discard what was typed before they have switched the echo off.
    setTimeout(() => terminal.stdin.write(`${answer}\n`), 200);
  };
  terminal.stdout.setEncoding('utf8').on('data', (text: string) => {
    screen += text;
    typeOnce(/\(yes\/no/, 'yes');
    typeOnce(/password( for user '[^']+')?: ?$/i, password);
  });
  const code = await new Promise<number | null>((resolve) => terminal.on('close', resolve));
  return { code, screen };
}
