// Sends the outbox to internal-db: in order, in batches, signed by this node, again and again until accepted. Caller:
// main.ts starts it; whoever adds to the outbox wakes it. Trusts no web-front: what is accepted is only removed here
// up to the number that came back, and internal-db's own reconciliation finds what a lying relay would have dropped.
import type { KeyObject } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Logger } from '#commlink/log.ts';
import { digestReports } from '#commlink/report-batch.ts';
import { RpcError } from '#commlink/rpc-error.ts';
import { signDocument } from '#commlink/signed-document.ts';
import type { PendingReport, ReportOutbox } from '../ledger/report-outbox.ts';
import type { InternalDbVerifier } from '../internal-db-verifier.ts';
import { reportBatchMax, reportGatherMs, reportRetryMs } from '../limits.ts';
import { pause } from '#commlink/pause.ts';
import type { RelayCall } from './web-front-relay.ts';

/** What the sender works with. */
export interface ReportSenderOptions {
  readonly cluster: string;
  readonly node: string;
  readonly signingKey: KeyObject;
  readonly outbox: ReportOutbox;
  readonly verifier: InternalDbVerifier;
  readonly relay: RelayCall;
  readonly log: Logger;
}

/** The running sender. */
export interface ReportSender {
  /** There is something new; also called when a link comes up, to try at once what has failed before. */
  wake(): void;
  /** Tries to send what waits, until `signal` aborts, and stops. What is left is sent after the next start. */
  stop(signal: AbortSignal): Promise<void>;
}

/** Starts the sender. It never rejects; what it cannot send stays in the outbox. */
export function startReportSender(options: ReportSenderOptions): ReportSender {
  const { outbox, log } = options;
  const stopped = new AbortController();
  let alarm = new AbortController();
  let woken = true;
  const sleep = async (ms: number): Promise<void> => {
    if (woken || stopped.signal.aborted) return;
    alarm = new AbortController();
    await pause(ms, alarm.signal);
  };
  const run = async (): Promise<void> => {
    let pauseMs: number = reportRetryMs.first;
    while (!stopped.signal.aborted) {
      woken = false;
      // The customer's answer, written in this turn of the event loop, goes before the report of it.
      await nextTurn();
      try {
        while (!stopped.signal.aborted && (await sendBatch(options, stopped.signal)));
        pauseMs = reportRetryMs.first;
        // What happens in the next moment travels together: each call costs all three processes more than a report does.
        await pause(reportGatherMs, stopped.signal);
        await sleep(reportRetryMs.longest);
      } catch (error) {
        const code = error instanceof RpcError ? error.code : 'internal';
        log.warn({ code, err: error, waiting: outbox.count() }, 'reports could not be sent; trying again');
        await sleep(pauseMs * (0.5 + Math.random() / 2));
        pauseMs = Math.min(pauseMs * 2, reportRetryMs.longest);
      }
    }
  };
  const running = run();
  const wake = (): void => {
    if (woken) return;
    woken = true;
    alarm.abort();
  };
  return {
    wake,
    stop: async (signal) => {
      wake();
      while (!signal.aborted && outbox.count() > 0) await pause(reportRetryMs.first / 5, signal);
      stopped.abort();
      wake();
      await running;
    },
  };
}

/** Sends the oldest reports; false when no full batch of them has waited. */
async function sendBatch(options: ReportSenderOptions, signal: AbortSignal): Promise<boolean> {
  const { outbox, node, log } = options;
  const pending = outbox.take(reportBatchMax);
  const last = pending.at(-1);
  if (last === undefined) return false;
  const reports = pending.map((report) => signReport(options, report));
  const { receipt } = await options.relay('relay.report', { node, reports }, signal);
  const acceptedSequence = readReceipt(options, reports, receipt);
  if (outbox.continueAfter(acceptedSequence)) {
    log.warn(
      { acceptedSequence },
      'the reports of this node were numbered anew: internal-db or the ledger was restored',
    );
    return true;
  }
  if (acceptedSequence < (pending[0]?.sequence ?? 0))
    throw new RpcError('refused', 'internal-db accepted none of the reports.');
  outbox.accept(acceptedSequence);
  return pending.length === reportBatchMax;
}

/** What internal-db itself says is durable; a relay that makes it up, or answers with an older receipt, is refused. */
function readReceipt(options: ReportSenderOptions, reports: readonly string[], text: string): number {
  const { cluster, node, verifier } = options;
  const receipt = verifier.verify('report-receipt', text);
  if (receipt?.cluster !== cluster || receipt.node !== node || receipt.batch !== digestReports(reports))
    throw new RpcError('refused', 'The receipt for the reports is not one of internal-db for these.');
  return receipt.acceptedSequence;
}

function signReport(options: ReportSenderOptions, { sequence, atMs, event }: PendingReport): string {
  const { cluster, node, signingKey } = options;
  return signDocument('node-report', { cluster, node, sequence, atMs, event }, signingKey);
}
