// The ledger's running downloads: what has begun and has not been reported as ended. Caller: the download register.
import type { SQLOutputValue } from 'node:sqlite';
import type { Protocol } from '#commlink/methods/fields.ts';
import type { Ledger } from './ledger.ts';

/** A running download. `sentBytes` is what the session server last said. */
export interface DownloadRecord {
  readonly download: string;
  readonly delivery: string;
  readonly account: string;
  readonly path: string;
  readonly principal: string;
  readonly protocol: Protocol;
  readonly address: string;
  readonly offsetBytes: number;
  readonly sizeBytes: number;
  readonly sentBytes: number;
  readonly startedAtMs: number;
}

/** Called inside the caller's transactions. */
export interface DownloadRecords {
  add(record: DownloadRecord): void;
  setSent(download: string, sentBytes: number): void;
  remove(download: string): void;
  all(): DownloadRecord[];
}

/** Reads and writes the running downloads of `ledger`. */
export function openDownloadRecords({ database }: Ledger): DownloadRecords {
  const insert = database.prepare(
    `insert into download values (:download, :delivery, :account, :path, :principal, :protocol, :address,
       :offsetBytes, :sizeBytes, :sentBytes, :startedAtMs)`,
  );
  const update = database.prepare('update download set sent_bytes = ? where download = ?');
  const remove = database.prepare('delete from download where download = ?');
  const select = database.prepare('select * from download order by started_at_ms');
  return {
    add: (record) => void insert.run({ ...record }),
    setSent: (download, sentBytes) => void update.run(sentBytes, download),
    remove: (download) => void remove.run(download),
    all: () => select.all().map(readRow),
  };
}

function readRow(row: Record<string, SQLOutputValue>): DownloadRecord {
  return {
    download: String(row['download']),
    delivery: String(row['delivery']),
    account: String(row['account']),
    path: String(row['path']),
    principal: String(row['principal']),
    protocol: String(row['protocol']) as Protocol,
    address: String(row['address']),
    offsetBytes: Number(row['offset_bytes']),
    sizeBytes: Number(row['size_bytes']),
    sentBytes: Number(row['sent_bytes']),
    startedAtMs: Number(row['started_at_ms']),
  };
}
