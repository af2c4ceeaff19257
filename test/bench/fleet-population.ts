// Very many appliances for the fleet benchmark, written straight into the database of a Consign: as enrolment writes them, each with a
// signing key of its own, whose private half is known here. Caller: fleet-benchmark.ts.
import { createHash, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as delay } from 'node:timers/promises';
import { createNodeKeys } from '#commlink/node-keys.ts';
import { newRecordId } from '#internal-db/record-id.ts';

/** An appliance that can beat. */
export interface BenchAppliance {
  readonly uid: string;
  readonly key: KeyObject;
  counter: number;
  /** Of the catalog that it fetched last; empty before. */
  etag: string;
}

const perPiece = 500;
const addAppliance = `INSERT INTO appliances (uid, account_id, type_id, site_id, name, group_name, slot, state, signing_key,
    sealing_key, hardware, enrolled_at_ms, state_since_ms, state_reason)
  VALUES (:uid, :accountId, (SELECT id FROM appliance_types WHERE name = :type), NULL, :name, 'default', :slot, 'active', :signingKey, :sealingKey, :hardware, :nowMs, :nowMs, '')`;

/** Adds them, in turn to the accounts; in pieces, so that internal-db gets to write in between. */
export async function addAppliances(
  databaseFile: string,
  { accountIds, type, count }: { accountIds: readonly string[]; type: string; count: number },
): Promise<BenchAppliance[]> {
  const database = new DatabaseSync(databaseFile, { timeout: 10_000 });
  const appliance = database.prepare(addAppliance);
  const beats = database.prepare('INSERT INTO appliance_beats (uid) VALUES (:uid)');
  const sealingKey = createNodeKeys().sealing.raw;
  const added: BenchAppliance[] = [];
  try {
    for (let first = 0; first < count; first += perPiece) {
      database.exec('BEGIN IMMEDIATE');
      for (let index = first; index < Math.min(count, first + perPiece); index += 1) {
        const { privateKey, publicKey } = generateKeyPairSync('ed25519');
        const uid = newRecordId('apl');
        const slot = createHash('sha256').update(uid).digest().readUInt32BE(0) % 10_000;
        appliance.run({
          uid,
          accountId: accountIds[index % accountIds.length] ?? '',
          type,
          name: `bench-${index}`,
          slot,
          signingKey: publicKey.export({ format: 'jwk' }).x ?? '',
          sealingKey,
          hardware: 'ab'.repeat(32),
          nowMs: Date.now(),
        });
        beats.run({ uid });
        added.push({ uid, key: privateKey, counter: 0, etag: '' });
      }
      database.exec('COMMIT');
      await delay(1);
    }
    return added;
  } finally {
    database.close();
  }
}

/** What the database and its log take on the disk, with all of the log in the database. */
export function databaseBytes(databaseFile: string): number {
  const database = new DatabaseSync(databaseFile, { timeout: 10_000 });
  try {
    database.exec('PRAGMA wal_checkpoint(PASSIVE)');
    const { size } = database
      .prepare(
        'SELECT (SELECT page_count FROM pragma_page_count) * (SELECT page_size FROM pragma_page_size) AS size',
      )
      .get() as { size: number };
    return size;
  } finally {
    database.close();
  }
}

/** Has all that have beaten begin a new day with their next beat. */
export function endTheDay(databaseFile: string): void {
  const database = new DatabaseSync(databaseFile, { timeout: 10_000 });
  try {
    database.exec('UPDATE appliance_beats SET day = day - 1 WHERE day_beat_count > 0');
  } finally {
    database.close();
  }
}
