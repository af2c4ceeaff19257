// What the benchmark `cluster` has been told: everything that was acknowledged, how long each piece of work took, and what went
// wrong when. It is kept beside the cluster and compared with it at the end. Callers: cluster-work.ts, cluster-checks.ts.

/** What is done. */
export type WorkKind =
  | 'sign-in'
  | 'product page'
  | 'click to staged'
  | 'download https'
  | 'download ftps'
  | 'download sftp'
  | 'cancel'
  | 'grant'
  | 'revoke';

/** A delivery that somebody was told of. */
export interface KnownDelivery {
  readonly id: string;
  readonly product: string;
  readonly login: string;
  readonly password: string;
  readonly url: string;
  readonly ftpUrl: string;
  readonly sftpUrl: string;
  readonly node: string;
  readonly sha256: string;
  /** `ending`: somebody asked for its end, and there was no answer. */
  state: 'live' | 'ending' | 'ended';
  /** Downloads of all its bytes. */
  completeCount: number;
}

/** An entitlement that staff were told of. */
export interface KnownGrant {
  readonly id: string;
  state: 'granted' | 'revoking' | 'revoked';
}

/** Something that went wrong for whoever asked. `atMs` as performance.now() has it. */
export interface SeenError {
  readonly kind: WorkKind;
  readonly what: string;
  readonly atMs: number;
}

/** An answer. */
interface Done {
  readonly kind: WorkKind;
  readonly tookMs: number;
}

/** Everything of one run. */
export class ClusterRecord {
  readonly deliveries: KnownDelivery[] = [];
  readonly grants: KnownGrant[] = [];
  /** Secrets of sessions that were opened by signing in. */
  readonly sessions: string[] = [];
  readonly errors: SeenError[] = [];
  readonly done: Done[] = [];

  /** Times a piece of work, and notes how it went. Returns null when it failed: the work goes on. */
  async time<T>(kind: WorkKind, work: () => Promise<T>): Promise<T | null> {
    const startMs = performance.now();
    try {
      const result = await work();
      this.done.push({ kind, tookMs: performance.now() - startMs });
      return result;
    } catch (error) {
      this.errors.push({ kind, what: describeError(error), atMs: performance.now() });
      return null;
    }
  }

  /** The times of one kind, in milliseconds. */
  timesOf(kind: WorkKind): number[] {
    return this.done.filter((one) => one.kind === kind).map(({ tookMs }) => tookMs);
  }

  /** The kinds that were done. */
  get kinds(): WorkKind[] {
    return [...new Set(this.done.map(({ kind }) => kind))].toSorted();
  }
}

/** The answer was no. */
export class RefusedWork extends Error {}

function describeError(error: unknown): string {
  if (error instanceof RefusedWork) return error.message;
  const { code, cause } = error as { code?: unknown; cause?: { code?: unknown } };
  const found = code ?? cause?.code;
  return typeof found === 'string' ? found : String(error).slice(0, 120);
}
