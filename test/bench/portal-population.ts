// Very many customers for the portal benchmark, written straight into the database of a Consign: users, entitlements,
// and sessions whose secrets are known here. What an ordinary path would write is written, triggers and indexes included;
// in pieces, so that internal-db gets to write in between. Caller: portal-benchmark.ts.
import { hashSecret, newSessionToken } from '#internal-db/secret-token.ts';
import { newRecordId } from '#internal-db/record-id.ts';
import type { PopulationDatabase } from './population-database.ts';

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
const addAccounts = (numbers: string) => `INSERT INTO accounts (id, name, display_name, state, created_at_ms)
  SELECT 'acc_' || random_id(), 'bench-' || n.value, 'Customer ' || n.value, 'active', :nowMs FROM (${numbers}) AS n`;
const addUsers = (numbers: string, userNumbers: string) => `INSERT INTO users
    (id, account_id, name, display_name, password_hash, created_at_ms)
  SELECT 'usr_' || random_id(), a.id, a.name || '-' || n.value, 'User ' || n.value, :passwordHash, :nowMs
  FROM accounts a CROSS JOIN (${userNumbers}) AS n
  WHERE a.name IN (SELECT 'bench-' || m.value FROM (${numbers}) AS m)`;
const addEntitlements = (numbers: string) => `INSERT INTO entitlements
    (id, account_id, product_id, versions, channels, granted_by, granted_at_ms, grant_reason)
  SELECT 'ent_' || random_id(), a.id, p.id, '*', NULL, 'bench', :nowMs, 'bench'
  FROM accounts a CROSS JOIN products p
  WHERE a.name IN (SELECT 'bench-' || n.value FROM (${numbers}) AS n)`;
const addSession = `INSERT INTO sessions
    (id, user_id, secret_hash, address, created_at_ms, expires_at_ms, last_used_at_ms)
  SELECT :id, id, :secretHash, '127.0.0.1', :nowMs, :expiresAtMs, :nowMs FROM users WHERE name = :userName`;

/** Fills the database; every product that is there already is everybody's. `tell` hears how far it is. */
export async function populate(
  database: PopulationDatabase,
  size: PopulationSize,
  options: { passwordHash: string; tell: (line: string) => void },
): Promise<Population> {
  for (let first = 0; first < size.accounts; first += accountsPerPiece) {
    await addPiece(database, { first, size, passwordHash: options.passwordHash });
    if (first % (accountsPerPiece * 50) === 0) options.tell(`${first} of ${size.accounts} accounts`);
    await database.rest();
  }
  const userNames = Array.from({ length: size.sessions }, (_value, index) => {
    const account = Math.floor((index * size.accounts) / size.sessions);
    return `bench-${account}-${index % size.usersPerAccount}`;
  });
  const sessions: string[] = [];
  await database.begin();
  for (const userName of userNames) sessions.push(await openSession(database, userName));
  await database.commit();
  return { ...(await countRows(database)), sessions, userNames };
}

async function addPiece(
  database: PopulationDatabase,
  { first, size, passwordHash }: { first: number; size: PopulationSize; passwordHash: string },
): Promise<void> {
  const count = Math.min(accountsPerPiece, size.accounts - first);
  const numbers = JSON.stringify(Array.from({ length: count }, (_value, index) => String(first + index)));
  const userNumbers = JSON.stringify(
    Array.from({ length: size.usersPerAccount }, (_value, index) => String(index)),
  );
  const nowMs = Date.now();
  const [given, givenUsers] = [database.textsOf('numbers'), database.textsOf('userNumbers')];
  await database.begin();
  await database.run(addAccounts(given), { numbers, nowMs });
  await database.run(addUsers(given, givenUsers), { numbers, userNumbers, passwordHash, nowMs });
  await database.run(addEntitlements(given), { numbers, nowMs });
  await database.commit();
}

async function openSession(database: PopulationDatabase, userName: string): Promise<string> {
  const session = newSessionToken();
  const nowMs = Date.now();
  const times = { nowMs, expiresAtMs: nowMs + sessionLifetimeMs };
  const id = newRecordId('ses');
  const changed = await database.run(addSession, { id, secretHash: hashSecret(session), userName, ...times });
  if (changed !== 1) throw new Error(`There is no user ${userName}.`);
  return session;
}

async function countRows(
  database: PopulationDatabase,
): Promise<{ userCount: number; entitlementCount: number }> {
  const row = await database.get<{ userCount: number; entitlementCount: number }>(
    `SELECT (SELECT count(*) FROM users) AS "userCount", (SELECT count(*) FROM entitlements) AS "entitlementCount"`,
  );
  return { userCount: Number(row?.userCount), entitlementCount: Number(row?.entitlementCount) };
}
