// Very many customers for the portal benchmark, written straight into the database of a running Consign: users, entitlements,
// and sessions whose secrets are known here. What an ordinary path would write is written, triggers and indexes included;
// in pieces, so that internal-db gets to write in between. Caller: portal-benchmark.ts.
import { randomBytes } from 'node:crypto';
import { DatabaseSync } from 'node:sqlite';
import { hashSecret, newSessionToken } from '#internal-db/secret-token.ts';
import { newRecordId } from '#internal-db/record-id.ts';

/** How many there are. Each account has so many users, and is entitled to every product. */
export interface PopulationSize {
  readonly accounts: number;
  readonly usersPerAccount: number;
  readonly sessions: number;
}

/** What it takes to act as some of them. */
export interface Population {
  readonly userCount: number;
  readonly entitlementCount: number;
  /** Session tokens of users all over the database. */
  readonly sessions: readonly string[];
  /** The names of users, all with the same password. */
  readonly userNames: readonly string[];
}

const accountsPerPiece = 200;
const sessionLifetimeMs = 3_600_000;

// Ids as internal-db makes them: random, so that rows of one account lie all over each index.
const addAccounts = `INSERT INTO accounts (id, name, display_name, state, created_at_ms)
  SELECT 'acc_' || random_id(), 'bench-' || value, 'Customer ' || value, 'active', :nowMs
  FROM json_each(:numbers)`;
const addUsers = `INSERT INTO users (id, account_id, name, display_name, password_hash, created_at_ms)
  SELECT 'usr_' || random_id(), a.id, a.name || '-' || n.value, 'User ' || n.value, :passwordHash, :nowMs
  FROM accounts a JOIN json_each(:userNumbers) n
  WHERE a.name IN (SELECT 'bench-' || value FROM json_each(:numbers))`;
const addEntitlements = `INSERT INTO entitlements
    (id, account_id, product_id, versions, channels, granted_by, granted_at_ms, grant_reason)
  SELECT 'ent_' || random_id(), a.id, p.id, '*', NULL, 'bench', :nowMs, 'bench'
  FROM accounts a JOIN products p
  WHERE a.name IN (SELECT 'bench-' || value FROM json_each(:numbers))`;
const addSession = `INSERT INTO sessions
    (id, user_id, secret_hash, address, created_at_ms, expires_at_ms, last_used_at_ms)
  SELECT :id, id, :secretHash, '127.0.0.1', :nowMs, :expiresAtMs, :nowMs FROM users WHERE name = :userName`;

/** Fills the database; every product that is there already is everybody's. `tell` hears how far it is. */
export async function populate(
  databaseFile: string,
  size: PopulationSize,
  options: { passwordHash: string; tell: (line: string) => void },
): Promise<Population> {
  const database = new DatabaseSync(databaseFile, { timeout: 60_000 });
  try {
    database.function('random_id', () => randomBytes(16).toString('base64url'));
    for (let first = 0; first < size.accounts; first += accountsPerPiece) {
      addPiece(database, { first, size, passwordHash: options.passwordHash });
      if (first % (accountsPerPiece * 50) === 0) options.tell(`${first} of ${size.accounts} accounts`);
      // So that internal-db writes what it has to, and the log of the database does not grow without end.
      database.exec('PRAGMA wal_checkpoint(PASSIVE)');
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    const userNames = Array.from({ length: size.sessions }, (_value, index) => {
      const account = Math.floor((index * size.accounts) / size.sessions);
      return `bench-${account}-${index % size.usersPerAccount}`;
    });
    const sessions = userNames.map((userName) => openSession(database, userName));
    database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    return { ...countRows(database), sessions, userNames };
  } finally {
    database.close();
  }
}

function addPiece(
  database: DatabaseSync,
  { first, size, passwordHash }: { first: number; size: PopulationSize; passwordHash: string },
): void {
  const count = Math.min(accountsPerPiece, size.accounts - first);
  const numbers = JSON.stringify(Array.from({ length: count }, (_value, index) => first + index));
  const userNumbers = JSON.stringify(Array.from({ length: size.usersPerAccount }, (_value, index) => index));
  const nowMs = Date.now();
  database.exec('BEGIN IMMEDIATE');
  database.prepare(addAccounts).run({ numbers, nowMs });
  database.prepare(addUsers).run({ numbers, userNumbers, passwordHash, nowMs });
  database.prepare(addEntitlements).run({ numbers, nowMs });
  database.exec('COMMIT');
}

function openSession(database: DatabaseSync, userName: string): string {
  const session = newSessionToken();
  const nowMs = Date.now();
  const times = { nowMs, expiresAtMs: nowMs + sessionLifetimeMs };
  const { changes } = database
    .prepare(addSession)
    .run({ id: newRecordId('ses'), secretHash: hashSecret(session), userName, ...times });
  if (changes !== 1) throw new Error(`There is no user ${userName}.`);
  return session;
}

function countRows(database: DatabaseSync): { userCount: number; entitlementCount: number } {
  const row = database
    .prepare(
      'SELECT (SELECT count(*) FROM users) AS userCount, (SELECT count(*) FROM entitlements) AS entitlementCount',
    )
    .get();
  return { userCount: Number(row?.['userCount']), entitlementCount: Number(row?.['entitlementCount']) };
}
