// Very many customers for the benchmark `cluster`, written straight into PostgreSQL: accounts with one user each and their
// entitlements, and sessions of some whose secrets are known here. Triggers and indexes are written as on an ordinary path; the
// audit log is not, since nobody has granted these. Caller: cluster-stage.ts, cluster-benchmark.ts.
import { createPasswordHasher } from '#internal-db/passwords/password-hash.ts';
import { passwordParameters } from '#internal-db/passwords/password-parameters.ts';
import { hashSecret, newSessionToken } from '#internal-db/secret-token.ts';
import type { PostgresServer } from '../rig/postgres-server.ts';

/** How many there are; each account has every product that is called bench-NUMBER below this. */
export interface ClusterSize {
  readonly accounts: number;
  readonly productsPerAccount: number;
  /** Customers that do something, spread over all accounts. */
  readonly activeCustomers: number;
}

/** A customer that does something. */
export interface SeededCustomer {
  readonly account: string;
  readonly name: string;
  readonly password: string;
  /** The secret in a session's cookie. */
  readonly session: string;
}

interface Place {
  readonly server: PostgresServer;
  readonly database: string;
}

const password = 'correct horse battery';
const accountsPerPiece = 5000;
const sessionLifetimeMs = 86_400_000;

/** As internal-db makes them: random, so that the rows of one account lie all over each index. */
const randomId = (prefix: string): string =>
  `'${prefix}_' || translate(encode(uuid_send(gen_random_uuid()), 'base64'), '+/=', '-_')`;

/** Adds accounts until there are so many, and opens the sessions. */
export async function seedCustomers(place: Place, size: ClusterSize): Promise<SeededCustomer[]> {
  const hasher = await createPasswordHasher(passwordParameters);
  const passwordHash = await hasher.hash(password);
  addAccounts(place, size, passwordHash);
  const customers = Array.from({ length: size.activeCustomers }, (_value, index) => {
    const account = `bench-${Math.floor((index * size.accounts) / size.activeCustomers)}`;
    return { account, name: `${account}-u`, password, session: newSessionToken() };
  });
  const nowMs = Date.now();
  const rows = customers.map(
    ({ name, session }) => `('${name}', '\\x${Buffer.from(hashSecret(session)).toString('hex')}'::bytea)`,
  );
  place.server.query(
    place.database,
    `INSERT INTO sessions (id, user_id, secret_hash, address, created_at_ms, expires_at_ms, last_used_at_ms)
      SELECT ${randomId('ses')}, u.id, s.hash, '127.0.0.1', ${nowMs}, ${nowMs + sessionLifetimeMs}, ${nowMs}
      FROM (VALUES ${rows.join(', ')}) AS s (name, hash) JOIN users u ON u.name = s.name`,
  );
  return customers;
}

/** Adds accounts with their users and entitlements until there are so many. */
function addAccounts({ server, database }: Place, size: ClusterSize, passwordHash: string): void {
  const there = Number(server.query(database, `SELECT count(*) FROM accounts WHERE name LIKE 'bench-%'`));
  for (let first = there; first < size.accounts; first += accountsPerPiece) {
    const last = Math.min(first + accountsPerPiece, size.accounts) - 1;
    const nowMs = Date.now();
    server.query(
      database,
      `WITH added AS (
        INSERT INTO accounts (id, name, display_name, state, created_at_ms)
          SELECT ${randomId('acc')}, 'bench-' || n, 'Customer ' || n, 'active', ${nowMs}
          FROM generate_series(${first}, ${last}) n RETURNING id, name
      ), people AS (
        INSERT INTO users (id, account_id, name, display_name, password_hash, created_at_ms)
          SELECT ${randomId('usr')}, id, name || '-u', 'User of ' || name, '${passwordHash}', ${nowMs} FROM added
      )
      INSERT INTO entitlements (id, account_id, product_id, versions, granted_by, granted_at_ms, grant_reason)
        SELECT ${randomId('ent')}, added.id, p.id, '*', 'bench', ${nowMs}, 'bench'
        FROM added CROSS JOIN products p WHERE p.name ~ '^bench-[0-9]+$'`,
    );
  }
  server.query(database, 'ANALYZE accounts, users, entitlements, sessions');
}

/** How many rows there are now. */
export function countEntitlements({ server, database }: Place): number {
  return Number(server.query(database, 'SELECT count(*) FROM entitlements'));
}
