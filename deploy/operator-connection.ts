// The launcher as an operator: the key that it made at the first start, and the connection to a program of this machine.
// Callers: the first start, the watch over the configuration. Without a key, or with one under a passphrase, the
// launcher only runs programs: changes are the operator's then.
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { createLogger } from '#commlink/log.ts';
import { operatorMethods } from '#commlink/methods/operator-methods.ts';
import {
  createOperatorKeys,
  needsPassphrase,
  readOperatorKeys,
  writeOperatorKeys,
  type OperatorKeys,
} from '#commlink/operator/operator-keys.ts';
import type { OperatorClient } from '#commlink/operator/read-installed.ts';
import { connectUnix } from '#commlink/unix-socket.ts';
import type { ProgramName, StateLayout } from './state-directory.ts';

/** The first operator's name, as history and signatures show it. */
const firstOperatorName = 'operator';

/** Reads the operator's keys, or makes them; for a first start. Throws StartupError for a file that can't be used. */
export async function ensureOperatorKeys(layout: StateLayout): Promise<OperatorKeys> {
  const found = await readOwnOperatorKeys(layout);
  if (found !== null) return found;
  const keys = createOperatorKeys(firstOperatorName);
  await mkdir(dirname(layout.operatorKeyFile), { recursive: true, mode: 0o700 });
  await writeOperatorKeys(layout.operatorKeyFile, keys, null);
  return keys;
}

/** The operator's keys, when they are here and need no passphrase; null otherwise. */
export async function readOwnOperatorKeys(layout: StateLayout): Promise<OperatorKeys | null> {
  const file = layout.operatorKeyFile;
  if (!existsSync(file) || (await needsPassphrase(file))) return null;
  return readOperatorKeys(file, () => Promise.reject(new Error('unreachable: it needs no passphrase')));
}

/** Connects to a program's operator socket. Rejects with the system's error while it does not run. */
export function connectToProgram(layout: StateLayout, role: ProgramName): Promise<OperatorClient> {
  return connectUnix({
    path: layout.operatorSocket(role),
    peer: { role, name: role, id: role },
    called: operatorMethods,
    log: createLogger('launcher', 'silent'),
  });
}
