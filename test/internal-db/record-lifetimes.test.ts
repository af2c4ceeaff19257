// How long each table keeps its rows: for good, with the reason, or for a while, and then the purge is run on an old row and a new
// one. A table without a row here fails, so that nothing grows because nobody has thought of it.
import { randomBytes } from 'node:crypto';
import { DatabaseSync } from 'node:sqlite';
import t from 'tap';
import { forgetUploads } from '#internal-db/artifacts/uploads.ts';
import { expireRecords } from '#internal-db/expire-records.ts';
import { forgetOldRecords } from '#internal-db/forget-old-records.ts';
import { forgetOldMails } from '#internal-db/mail/mail-sender.ts';
import { startRoom } from './support/running-room.ts';

/** Why rows stay as long as what they are about, or for good. */
const keptForGood: Readonly<Record<string, string>> = {
  account_places: 'one for each account',
  accounts: 'a customer is suspended, not deleted',
  appliance_beats: 'one for each appliance',
  appliance_catalogs: 'one for each appliance',
  appliance_files: 'what an appliance has now',
  appliance_products: 'one for each appliance and product',
  appliance_tags: 'few for each appliance',
  appliance_type_products: 'few for each type',
  appliance_types: 'the models that there are',
  appliances: 'the audit log and downloads name them',
  artifacts: 'the catalogue',
  audit_log: 'append only',
  catalog_entries: 'what is published, by product',
  catalog_state: 'one row',
  catalog_words: 'an index over what is published',
  deliveries: 'the customer’s history',
  delivery_places: 'goes when the node has carried out the order for it',
  download_days: 'sums by day',
  downloads: 'the customer’s history',
  entitlement_extensions: 'never deleted, as entitlements',
  entitlements: 'never deleted',
  fleet_metadata: 'one for each repository and role',
  fleet_online_keys: 'one for each role that signs online; goes when no root names it',
  fleet_roots: 'appliances that were off for years follow them one by one',
  package_keys: 'as long as the package',
  fleet_files: 'until it is removed',
  holdings: 'what nodes hold now: goes when one has lost it',
  identity_links: 'as long as the person is linked',
  key_requests: 'one for each internal-db that asks, until it has taken them',
  licence_acceptances: 'a record of who agreed to what',
  licence_agreements: 'the texts that were agreed to',
  newest_versions: 'one for each account and product',
  nodes: 'one for each node',
  original_removals: 'goes when the bytes are deleted, within a round or two',
  originals: 'removed when no release needs them (removal-model.test.ts)',
  passkeys: 'as long as the person has it',
  personal_tokens: 'downloads name them; few for each person',
  portal_visits: 'one for each person and product',
  products: 'the catalogue',
  proposals: 'who has decided what; so many in an hour at most',
  recovery_codes: 'each goes when it is used',
  release_holders: 'one for each account and release',
  releases: 'the catalogue',
  rollouts: 'the audit log names them; few for each release',
  schema_version: 'one for each migration',
  search_names: 'an index over names that there are',
  search_words: 'the same, by word',
  settings: 'one for each name',
  sites: 'few for each account',
  ssh_keys: 'downloads name them; few for each person',
  staff: 'the audit log names them',
  staff_tokens: 'the audit log names them; few for each person',
  totp_secrets: 'as long as the person has it',
  users: 'downloads name them; without password and address once removed',
  version_pins: 'until it is removed',
  webhooks: 'until it is removed',
};

type Row = Readonly<Record<string, string | number | bigint | Uint8Array | null>>;

/** A row that was over at that time. */
const keptForAWhile: Readonly<Record<string, (overAtMs: number) => Row>> = {
  access_events: (at_ms) => ({ at_ms }),
  appliance_days: (at_ms) => ({ day: Math.floor(at_ms / 86_400_000) }),
  appliance_events: (at_ms) => ({ at_ms }),
  artifact_losses: (lost_at_ms) => ({ lost_at_ms }),
  bans: (until_ms) => ({ until_ms }),
  enrolment_codes: (expires_at_ms) => ({ expires_at_ms }),
  fleet_refusals: (last_at_ms) => ({ last_at_ms }),
  idempotent_requests: (begun_at_ms) => ({ begun_at_ms }),
  invitations: (expires_at_ms) => ({ expires_at_ms }),
  mailed_links: (expires_at_ms) => ({ expires_at_ms, purpose: 'reset' }),
  mails: (ended_at_ms) => ({ ended_at_ms, state: 'sent' }),
  portal_views: (expires_at_ms) => ({ expires_at_ms, opened_at_ms: 1 }),
  provider_sessions: (expires_at_ms) => ({ expires_at_ms }),
  sessions: (expires_at_ms) => ({ expires_at_ms }),
  staff_sessions: (expires_at_ms) => ({ expires_at_ms }),
  told_endings: (end_at_ms) => ({ end_at_ms }),
  unstage_orders: (acknowledged_at_ms) => ({ acknowledged_at_ms }),
  uploads: (created_at_ms) => ({ created_at_ms }),
  webhook_messages: (at_ms) => ({ at_ms, id: `msg_${at_ms}` }),
  webhook_sendings: (at_ms) => ({ message_id: `msg_${at_ms}` }),
};

interface Column {
  readonly name: string;
  readonly type: string;
  readonly notnull: number;
  readonly pk: number;
}

/** Whatever fits the other columns: rules and references are left out of account. */
function insert(database: DatabaseSync, table: string, wanted: Row): void {
  const columns = database.prepare(`PRAGMA table_info(${table})`).all() as unknown as Column[];
  const filled = columns
    .filter(({ name, notnull, pk }) => name in wanted || notnull === 1 || pk > 0)
    .map(({ name, type }) => [name, name in wanted ? wanted[name] : fillerOf(type)] as const);
  const names = filled.map(([name]) => name);
  const sql = `INSERT INTO ${table} (${names.join(', ')}) VALUES (${names.map(() => '?').join(', ')})`;
  database.prepare(sql).run(...filled.map(([, value]) => value ?? null));
}

function fillerOf(type: string): string | number | Uint8Array {
  if (type === 'BLOB') return randomBytes(32);
  return type === 'INTEGER' ? randomBytes(4).readUInt32BE() : randomBytes(12).toString('hex');
}

t.test('every table keeps its rows for a reason, or deletes them in time', async (t) => {
  const room = await startRoom(t);
  const { context } = room.services;
  const database = new DatabaseSync(room.cluster.config.databaseFile, { timeout: 10_000 });
  t.teardown(async () => database.close());
  database.exec('PRAGMA foreign_keys = OFF; PRAGMA ignore_check_constraints = ON');
  const listed = database
    .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
    .all()
    .map(({ name }) => String(name))
    // What the engine keeps of a text index.
    .filter((name) => !/_words_/.test(name));
  const known = [...Object.keys(keptForGood), ...Object.keys(keptForAWhile)];
  t.strictSame(listed.toSorted(), known.toSorted(), 'each table is in one of the two lists');

  const nowMs = Date.now();
  const [oldMs, newMs] = [nowMs - 1000 * 86_400_000, nowMs + 86_400_000];
  for (const [table, rowOf] of Object.entries(keptForAWhile)) {
    database.exec(`DELETE FROM ${table}`);
    insert(database, table, rowOf(oldMs));
    insert(database, table, rowOf(newMs));
  }
  await expireRecords(context);
  await forgetOldRecords(context);
  await forgetOldMails(context);
  await forgetUploads(context);
  for (const [table, rowOf] of Object.entries(keptForAWhile)) {
    const rows = database.prepare(`SELECT * FROM ${table}`).all();
    t.equal(rows.length, 1, `${table}: the old row is gone, the new one is there`);
    t.match(rows[0], rowOf(newMs), table);
  }
});
