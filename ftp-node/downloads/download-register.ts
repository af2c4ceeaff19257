// The truthful record of downloads: begun and ended ones are on the disk before the session server hears so, progress
// is recorded and reported once a second. That one has begun is reported only when it is not over in a moment: a small file
// costs one report. Callers: the session host, for what its session servers ask; open-stager.ts.
import { randomBytes } from 'node:crypto';
import type { ParamsOf } from '#commlink/method-table.ts';
import type { DownloadRecord, DownloadRecords } from '../ledger/download-records.ts';
import type { ReportedEvent } from '../ledger/report-outbox.ts';
import { announcementDelayMs, endingPatienceMs, progressBacklogMax, progressIntervalMs } from '../limits.ts';
import type { stagerMethods } from '../session-methods.ts';
import type { StagerContext } from '../stager/stager-context.ts';

type DownloadOutcome = Extract<ReportedEvent, { type: 'download' }>['outcome'];

/** How a download may end. */
export type EndOutcome = Exclude<DownloadOutcome, 'running'>;

/** What is known of a download when it begins. */
export type DownloadStart = Omit<ParamsOf<typeof stagerMethods, 'transfer.begin'>, 'connection'>;

/** See each method; `server` is the name of the session server that sends the bytes. */
export interface DownloadRegister {
  /** Null when the file is not staged, or not by the delivery that is named. */
  begin(start: DownloadStart, server: string): Promise<DownloadRecord | null>;
  progress(download: string, sentBytes: number, server: string): void;
  /** Passed over when the download is not running on this server. */
  end(ending: { download: string; sentBytes: number; outcome: EndOutcome }, server: string): Promise<void>;
  /** Ends what ran on a session server that is gone. */
  endAllOf(server: string): Promise<void>;
  /** The running downloads of these deliveries, by session server. */
  runningOf(deliveries: readonly string[]): Map<string, string[]>;
  readonly runningCount: number;
  stop(): void;
}

interface RunningDownload {
  readonly record: DownloadRecord;
  readonly server: string;
  sentBytes: number;
  recordedBytes: number;
  /** Whether it was reported that it runs. */
  isAnnounced: boolean;
  /** How it has ended, until that is on the disk; `isRefused`: the disk would not take it, and is asked again. */
  ending: { readonly sentBytes: number; readonly outcome: EndOutcome; isRefused: boolean } | null;
}

interface Register {
  readonly context: StagerContext;
  readonly records: DownloadRecords;
  readonly running: Map<string, RunningDownload>;
}

/** Opens the register; what ran in the stager's previous life is ended as `lost`. */
export function openDownloadRegister(context: StagerContext, records: DownloadRecords): DownloadRegister {
  const running = new Map<string, RunningDownload>();
  endLost(context, records);
  const register: Register = { context, records, running };
  let announcing: NodeJS.Timeout | null = null;
  const announceSoon = (): void => {
    announcing ??= setTimeout(() => {
      announcing = null;
      announce(register);
    }, announcementDelayMs);
  };
  const timer = setInterval(() => {
    recordProgress(register);
    for (const download of running.values())
      if (download.ending?.isRefused) void recordEnding(register, download);
  }, progressIntervalMs);
  const ownedBy = (download: string, server: string): RunningDownload | null => {
    const found = running.get(download);
    return found?.server === server ? found : null;
  };
  const finish = async (found: RunningDownload, sentBytes: number, outcome: EndOutcome): Promise<void> => {
    if (found.ending !== null) return;
    found.ending = { sentBytes, outcome, isRefused: false };
    await recordEnding(register, found);
  };
  return {
    begin: async (start, server) => {
      const record = await context.ledger.commit(() => recordBegin(context, records, start));
      if (record === null) return null;
      const fresh = { sentBytes: 0, recordedBytes: 0, isAnnounced: false, ending: null };
      running.set(record.download, { record, server, ...fresh });
      announceSoon();
      return record;
    },
    progress: (download, sentBytes, server) => {
      const found = ownedBy(download, server);
      if (found !== null) found.sentBytes = Math.max(found.sentBytes, clampSent(found.record, sentBytes));
    },
    end: async ({ download, sentBytes, outcome }, server) => {
      const found = ownedBy(download, server);
      if (found !== null) await finish(found, clampSent(found.record, sentBytes), outcome);
    },
    endAllOf: async (server) => {
      const orphans = [...running.values()].filter((download) => download.server === server);
      await Promise.all(orphans.map((orphan) => finish(orphan, orphan.sentBytes, 'aborted')));
    },
    runningOf: (deliveries) => groupByServer(running, new Set(deliveries)),
    get runningCount() {
      return running.size;
    },
    stop: () => {
      clearInterval(timer);
      if (announcing !== null) clearTimeout(announcing);
    },
  };
}

function recordBegin(
  context: StagerContext,
  records: DownloadRecords,
  start: DownloadStart,
): DownloadRecord | null {
  const nowMs = context.now();
  const live = context.deliveries
    .at(start.account, start.path)
    .filter(({ state, stagedUntilMs }) => state === 'staged' && stagedUntilMs > nowMs);
  const delivery = start.delivery === null ? live[0] : live.find((one) => one.delivery === start.delivery);
  if (delivery === undefined) return null;
  const { account, path, principal, protocol, address, offsetBytes } = start;
  const record: DownloadRecord = {
    download: `dwn_${randomBytes(16).toString('base64url')}`,
    delivery: delivery.delivery,
    account,
    path,
    principal,
    protocol,
    address,
    offsetBytes,
    sizeBytes: delivery.sizeBytes,
    sentBytes: 0,
    startedAtMs: nowMs,
  };
  records.add(record);
  return record;
}

/** Reports what has begun and still runs. Should the disk refuse it, progress will say so. */
function announce({ context, running }: Register): void {
  const fresh = [...running.values()].filter(({ isAnnounced, ending }) => !isAnnounced && ending === null);
  if (fresh.length === 0) return;
  for (const download of fresh) download.isAnnounced = true;
  try {
    context.ledger.transaction(() => {
      for (const { record } of fresh)
        context.outbox.add(describeDownload(record, 'running', null), context.now());
    }, 'recoverable');
    context.wakeSender();
  } catch (error) {
    context.log.error({ err: error }, 'the beginning of downloads could not be reported');
  }
}

/** One transaction a second, whatever the number of downloads. */
function recordProgress({ context, records, running }: Register): void {
  const changed = [...running.values()].filter(
    ({ sentBytes, recordedBytes, ending }) => ending === null && sentBytes > recordedBytes,
  );
  if (changed.length === 0) return;
  try {
    context.ledger.transaction(() => {
      for (const { record, sentBytes } of changed) {
        records.setSent(record.download, sentBytes);
        const event = describeDownload({ ...record, sentBytes }, 'running', null);
        context.outbox.addProgress(event, context.now(), progressBacklogMax);
      }
    }, 'recoverable');
    for (const download of changed) download.recordedBytes = download.sentBytes;
    context.wakeSender();
  } catch (error) {
    context.log.error({ err: error }, 'the progress of downloads could not be recorded; trying again');
  }
}

/**
 * Takes a download that has ended off the record, and reports it. Never rejects: an end that the disk refuses (it is full)
 * stays, and is recorded with the next progress; forgotten, the download would be shown as running for ever.
 */
async function recordEnding({ context, records, running }: Register, found: RunningDownload): Promise<void> {
  const { record, ending } = found;
  if (ending === null) return;
  const { sentBytes, outcome } = ending;
  ending.isRefused = false;
  try {
    await context.ledger.commit(() => {
      records.remove(record.download);
      context.outbox.add(describeDownload({ ...record, sentBytes }, outcome, context.now()), context.now());
    }, endingPatienceMs);
  } catch (error) {
    ending.isRefused = true;
    context.log.error({ err: error }, 'the end of a download could not be recorded; trying again');
    return;
  }
  running.delete(record.download);
  context.wakeSender();
  logEnd(context, record, { sentBytes, outcome });
}

function endLost(context: StagerContext, records: DownloadRecords): void {
  const lost = records.all();
  if (lost.length === 0) return;
  context.ledger.transaction(() => {
    for (const record of lost) {
      records.remove(record.download);
      context.outbox.add(describeDownload(record, 'lost', context.now()), context.now());
    }
  });
  context.log.warn(
    { lostCount: lost.length },
    'downloads that ran when this node stopped were ended as lost',
  );
}

function describeDownload(record: DownloadRecord, outcome: DownloadOutcome, endedAtMs: number | null) {
  return { type: 'download', ...record, endedAtMs, outcome } as const;
}

/** A session server cannot have sent more than there was to send. */
function clampSent(record: DownloadRecord, sentBytes: number): number {
  return Math.min(sentBytes, Math.max(0, record.sizeBytes - record.offsetBytes));
}

function groupByServer(
  running: ReadonlyMap<string, RunningDownload>,
  deliveries: ReadonlySet<string>,
): Map<string, string[]> {
  const groups = new Map<string, string[]>();
  for (const { record, server } of running.values()) {
    if (!deliveries.has(record.delivery)) continue;
    groups.set(server, [...(groups.get(server) ?? []), record.download]);
  }
  return groups;
}

function logEnd(
  context: StagerContext,
  { download, delivery, account, protocol }: DownloadRecord,
  end: { sentBytes: number; outcome: EndOutcome },
): void {
  context.log.info({ download, delivery, account, protocol, ...end }, 'download ended');
}
