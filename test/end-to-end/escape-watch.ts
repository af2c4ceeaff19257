// What must never come out of an account's directory, looked for in whatever a server answered; and HTTPS requests whose
// target is sent byte for byte. Callers: the tests of escape attempts.
import { readFileSync } from 'node:fs';
import { connect } from 'node:tls';

/** Both say in words what is wrong; empty when all is well. */
export interface EscapeWatch {
  /** A line of a host file that every machine has. */
  readonly passwdLine: string;
  /** What of the outside is in the answer to `path`, beside an echo of what the path itself says. */
  readonly leaksIn: (answer: string, path: string) => string[];
  /** Names that no listing of this account may have. */
  readonly strangersIn: (names: readonly string[], path: string) => string[];
}

const ownNames = new Set(['.', '..', 'tool', '1.0.0', 'tool.bin']);
const shown = (text: string): string => JSON.stringify(text.slice(0, 120));

/** `marker` is what the files outside consist of. */
export function watchForEscapes(outside: { marker: string; stateDirectory: string }): EscapeWatch {
  const passwdLine = readFileSync('/etc/passwd', 'latin1').split('\n')[0] ?? '';
  const contents = [outside.marker, passwdLine];
  const placeNames = [outside.stateDirectory, '/accounts', '/storeroom', 'node_modules'];
  return {
    passwdLine,
    leaksIn: (answer, path) =>
      [...contents, ...placeNames.filter((text) => !path.includes(text))]
        .filter((text) => answer.includes(text))
        .map((text) => `${shown(text)} is in the answer to ${shown(path)}`),
    strangersIn: (names, path) =>
      names
        .filter((name) => !ownNames.has(name))
        .map((name) => `${shown(name)} is listed for ${shown(path)}`),
  };
}

const answerWithinMs = 60_000;

/** Sends a GET for `target`, latin1 text of one character a byte; returns all that came until the connection closed. */
export function askRawHttps(port: number, target: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', rejectUnauthorized: false });
    let text = '';
    socket.setEncoding('latin1').on('data', (chunk: string) => (text += chunk));
    socket.setTimeout(answerWithinMs, () => socket.destroy(new Error(`No answer to ${shown(target)}.`)));
    socket.on('close', () => resolve(text));
    socket.on('error', (error: NodeJS.ErrnoException) => {
      // A target with line ends in it is refused before all of it was read.
      if (error.code !== 'ECONNRESET' && error.code !== 'EPIPE') reject(error);
    });
    socket.write(
      Buffer.from(`GET ${target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`, 'latin1'),
    );
  });
}
