// The ledger's deliveries and used grants. Callers: the stager, the expiry timer, the reconciler, the download register.
// A method of this file changes nothing on the disk but the ledger, and is called inside a transaction of the caller's.
import type { SQLOutputValue } from 'node:sqlite';
import type { Ledger } from './ledger.ts';

/** A live delivery. `staging`: recorded, the link may not be there yet. */
export interface DeliveryRecord {
  readonly delivery: string;
  readonly grant: string;
  readonly account: string;
  /** `<product>/<version>/<file>`. */
  readonly path: string;
  readonly sha256: string;
  readonly sizeBytes: number;
  readonly mediaType: string;
  readonly publishedAtMs: number;
  readonly stagedUntilMs: number;
  readonly state: 'staging' | 'staged';
}

/** See each method; lists are bounded by their limit. */
export interface DeliveryRecords {
  /** Records a delivery as `staging`, and its grant as used. */
  add(record: Omit<DeliveryRecord, 'state'>, grantUseBeforeMs: number): void;
  markStaged(delivery: string): void;
  /** False when it was not there. */
  remove(delivery: string): boolean;
  find(delivery: string): DeliveryRecord | null;
  /** Live deliveries of one file of one account, newest first. */
  at(account: string, path: string): DeliveryRecord[];
  isGrantUsed(grant: string): boolean;
  /** Remembers that a delivery was ended, staged or not: its grant may still be on the way. */
  markEnded(delivery: string, forgetAfterMs: number): void;
  isEnded(delivery: string): boolean;
  /** Forgets used grants and ended deliveries whose grant can't be used any more: it is refused as expired from then on. */
  forgetGrants(nowMs: number): void;
  /** Deliveries whose time is over at `nowMs`. */
  expired(nowMs: number, limit: number): DeliveryRecord[];
  /** Up to `limit` deliveries in the order of their ids, from the one after `afterDelivery` on. */
  page(afterDelivery: string, limit: number): DeliveryRecord[];
  countStaged(): number;
  /** Live deliveries of an artifact. */
  ofArtifact(sha256: string): DeliveryRecord[];
  /** How many links the artifact should have in the accounts directory. */
  countPlaces(sha256: string): number;
}

/** Reads and writes the deliveries of `ledger`. */
export function openDeliveryRecords({ database }: Ledger): DeliveryRecords {
  const insertDelivery = database.prepare(
    `insert into delivery values (:delivery, :grant, :account, :path, :sha256, :sizeBytes, :mediaType,
       :publishedAtMs, :stagedUntilMs, 'staging', :recordedAtMs)`,
  );
  const insertGrant = database.prepare('insert into used_grant values (?, ?)');
  const updateStaged = database.prepare(`update delivery set state = 'staged' where delivery = ?`);
  const deleteDelivery = database.prepare('delete from delivery where delivery = ?');
  const selectOne = database.prepare('select * from delivery where delivery = ?');
  const selectAt = database.prepare(
    'select * from delivery where account = ? and path = ? order by recorded_at_ms desc, rowid desc',
  );
  const selectGrant = database.prepare('select 1 from used_grant where grant_id = ?');
  const upsertEnded = database.prepare('insert or replace into ended_delivery values (?, ?)');
  const selectEnded = database.prepare('select 1 from ended_delivery where delivery = ?');
  const deleteEnded = database.prepare('delete from ended_delivery where forget_after_ms < ?');
  const deleteGrants = database.prepare('delete from used_grant where use_before_ms < ?');
  const selectExpired = database.prepare(
    'select * from delivery where staged_until_ms <= ? order by staged_until_ms limit ?',
  );
  const selectPage = database.prepare('select * from delivery where delivery > ? order by delivery limit ?');
  const selectOfArtifact = database.prepare('select * from delivery where sha256 = ?');
  const countDeliveries = database.prepare(`select count(*) as n from delivery where state = 'staged'`);
  const countPlaces = database.prepare(
    'select count(*) as n from (select distinct account, path from delivery where sha256 = ?)',
  );
  const countOf = (row: Record<string, SQLOutputValue> | undefined): number => Number(row?.['n'] ?? 0);
  return {
    add: (record, grantUseBeforeMs) => {
      insertGrant.run(record.grant, grantUseBeforeMs);
      insertDelivery.run({ ...record, recordedAtMs: Date.now() });
    },
    markStaged: (delivery) => void updateStaged.run(delivery),
    remove: (delivery) => Number(deleteDelivery.run(delivery).changes) === 1,
    find: (delivery) => selectOne.all(delivery).map(readRow)[0] ?? null,
    at: (account, path) => selectAt.all(account, path).map(readRow),
    isGrantUsed: (grant) => selectGrant.get(grant) !== undefined,
    markEnded: (delivery, forgetAfterMs) => void upsertEnded.run(delivery, forgetAfterMs),
    isEnded: (delivery) => selectEnded.get(delivery) !== undefined,
    forgetGrants: (nowMs) => {
      deleteGrants.run(nowMs);
      deleteEnded.run(nowMs);
    },
    expired: (nowMs, limit) => selectExpired.all(nowMs, limit).map(readRow),
    page: (afterDelivery, limit) => selectPage.all(afterDelivery, limit).map(readRow),
    ofArtifact: (sha256) => selectOfArtifact.all(sha256).map(readRow),
    countStaged: () => countOf(countDeliveries.get()),
    countPlaces: (sha256) => countOf(countPlaces.get(sha256)),
  };
}

function readRow(row: Record<string, SQLOutputValue>): DeliveryRecord {
  return {
    delivery: String(row['delivery']),
    grant: String(row['grant_id']),
    account: String(row['account']),
    path: String(row['path']),
    sha256: String(row['sha256']),
    sizeBytes: Number(row['size_bytes']),
    mediaType: String(row['media_type']),
    publishedAtMs: Number(row['published_at_ms']),
    stagedUntilMs: Number(row['staged_until_ms']),
    state: row['state'] === 'staged' ? 'staged' : 'staging',
  };
}
