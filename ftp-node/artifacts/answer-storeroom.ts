// What `consign storeroom` asks over the ingest socket: what is there, to read all of it again, to drop what may be dropped. Called by
// ingest-server.ts, whose socket only the operator of this machine can open.
import type { ServerResponse } from 'node:http';
import type { StoreroomDescription } from '../storeroom/storeroom.ts';
import type { StagerContext } from '../stager/stager-context.ts';
import { dropUntil, type DroppedArtifacts } from './make-room.ts';
import type { KeptSummary } from '../ledger/kept-artifacts.ts';
import { verifyStoreroom } from './verify-storeroom.ts';

/** The answer to `GET /storeroom`. `fetched` are those of the artifacts that internal-db keeps too. */
export interface StoreroomStatus extends StoreroomDescription {
  readonly fetched: KeptSummary;
  readonly stagedCount: number;
  readonly quarantinedCount: number;
}

/** What is there. */
export function describeStoreroom({ storeroom, kept, deliveries }: StagerContext): StoreroomStatus {
  return {
    ...storeroom.describe(),
    fetched: kept.summary(),
    stagedCount: deliveries.countStaged(),
    quarantinedCount: storeroom.quarantined().length,
  };
}

/** Drops all that may be dropped. */
export function collectGarbage(context: StagerContext): DroppedArtifacts {
  return dropUntil(context, () => false);
}

/** Reads all of it, and writes a line of JSON after each artifact; stops when nobody listens any more. */
export async function streamVerification(context: StagerContext, response: ServerResponse): Promise<void> {
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  // A large artifact takes longer than anybody may be silent otherwise.
  response.setTimeout(0);
  response.writeHead(200, { 'content-type': 'application/x-ndjson' });
  for await (const progress of verifyStoreroom(context, gone.signal)) {
    response.write(`${JSON.stringify(progress)}\n`);
  }
  response.end();
}
