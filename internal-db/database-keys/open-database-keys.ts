// The shared keys at a start: read from this machine's file, made for a database that has none, or asked for from the other
// internal-dbs by way of the database. Called by start-services.ts, before anything can be sealed.
import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from '#commlink/log.ts';
import type { Member } from '#commlink/node-config.ts';
import type { NodeKeys } from '#commlink/node-keys.ts';
import { StartupError } from '#commlink/process-lifecycle.ts';
import type { Store } from '../store/store.ts';
import { createDatabaseKeys, fingerprintOf, readDatabaseKeys, writeDatabaseKeys } from './database-keys.ts';
import { readKeyDocument } from './key-documents.ts';
import { keyAnswerPauseMs, keyAnswerWithinMs } from './limits.ts';

/** What the keys are opened with. */
export interface KeyOpening {
  readonly store: Store;
  readonly databaseFile: string;
  readonly cluster: string;
  readonly node: NodeKeys;
  /** The cluster's internal-dbs as the installed configuration has them. */
  readonly internalDbs: readonly (Member & { readonly state: 'active' | 'learner' })[];
  readonly log: Logger;
  readonly answerWithinMs?: number;
}

/** The keys; `areNew` says that the database had none before. */
export interface OpenedKeys {
  readonly keys: NodeKeys;
  readonly areNew: boolean;
}

/**
 * Throws StartupError `DATABASE_KEYS_MISSING` when no other internal-db gives them, `DATABASE_NOT_SHARED` when the others do not
 * use this database, `KEY_FILE_…`.
 */
export async function openDatabaseKeys(opening: KeyOpening): Promise<OpenedKeys> {
  const { store, databaseFile } = opening;
  const kept = await readDatabaseKeys(databaseFile);
  const known = await store.read.settings.get('database_keys');
  if (kept && fingerprintOf(kept) === known) return { keys: kept, areNew: false };
  if (known === undefined) {
    assertShared(opening);
    const keys = kept ?? (await createDatabaseKeys(databaseFile));
    // On the disk first: what is sealed to lost keys is lost.
    await writeDatabaseKeys(databaseFile, keys);
    if (await areFirst(store, fingerprintOf(keys))) return { keys, areNew: true };
  }
  const keys = await askOthers(opening);
  await writeDatabaseKeys(databaseFile, keys);
  return { keys, areNew: false };
}

/** The others would answer customers from one database, and this one from another. */
function assertShared({ internalDbs, node }: KeyOpening): void {
  const other = internalDbs.find(({ id, state }) => id !== node.id && state === 'active');
  if (!other) return;
  throw new StartupError(
    'DATABASE_NOT_SHARED',
    `${other.name} does not use this database, and both must use the same PostgreSQL. Copy its database.json to this machine.`,
  );
}

/** Whether these are the database's keys from now on; false when another internal-db was quicker. */
async function areFirst(store: Store, fingerprint: string): Promise<boolean> {
  return await store.transaction(async ({ settings }) => {
    if ((await settings.get('database_keys')) !== undefined) return false;
    await settings.put('database_keys', fingerprint);
    return true;
  });
}

async function askOthers(opening: KeyOpening): Promise<NodeKeys> {
  const { store, node, log, answerWithinMs = keyAnswerWithinMs } = opening;
  log.info({}, 'the keys of the database are asked for from the other internal-dbs');
  await store.transaction(({ keyRequests }) => keyRequests.request(node.id, Date.now()));
  const deadlineMs = performance.now() + answerWithinMs;
  while (performance.now() < deadlineMs) {
    const keys = await findAnswer(opening);
    if (keys) {
      await store.transaction(({ keyRequests }) => keyRequests.withdraw(node.id));
      return keys;
    }
    await delay(keyAnswerPauseMs);
  }
  throw new StartupError(
    'DATABASE_KEYS_MISSING',
    'No other internal-db of this database gave its keys. Start one that has them, or put database-keys.json back from a backup.',
  );
}

/** Null while there is none that is signed by an internal-db and has the keys that the database names. */
async function findAnswer(opening: KeyOpening): Promise<NodeKeys | null> {
  const { store, cluster, node, internalDbs, log } = opening;
  const answer = await store.read.keyRequests.answerTo(node.id);
  if (answer === null) return null;
  const givers = internalDbs.filter(({ id }) => id !== node.id);
  const keys = await readKeyDocument(answer, { cluster, node, givers });
  if (keys && fingerprintOf(keys) === (await store.read.settings.get('database_keys'))) return keys;
  log.warn({}, 'an answer with other keys, or by nobody who may give them, was dropped');
  await store.transaction(({ keyRequests }) => keyRequests.request(node.id, Date.now()));
  return null;
}
