// Takes what happens to the cluster's configuration into the audit log: versions proposed, installed and refused, nodes that
// joined or were evicted. Events come from the first moment on; they wait until the database is open and has room.
// Called by main.ts and start-services.ts.
import { formatVersion } from '#commlink/configuration/protocol/cluster-version.ts';
import type { ConfigurationEvent, NodeConfiguration } from '#commlink/configuration/cluster-node.ts';
import type { Logger } from '#commlink/log.ts';
import type { Clock } from '../clock.ts';
import { configurationEventsWaitingMax, configurationRefusalsPerWriteMax } from '../limits.ts';
import type { Store, Transaction } from '../store/store.ts';
import { appendAudit, type AuditEvent } from './append-audit.ts';

const actions: Readonly<Record<ConfigurationEvent['type'], string>> = {
  installed: 'config.installed',
  refused: 'config.refused',
  proposed: 'config.proposed',
  joined: 'node.joined',
  evicted: 'node.evicted',
};

/** Where events go once the database is open. */
export interface AuditTarget {
  readonly store: Store;
  readonly clock: Clock;
}

/** The events on their way to the audit log. */
export class ConfigurationAudit {
  readonly #log: Logger;
  readonly #waiting: ConfigurationEvent[] = [];
  /** Whether other internal-dbs write into the same log. */
  #isShared = false;
  /** Refusals for which there was no room. */
  #passedOverCount = 0;

  constructor(log: Logger) {
    this.#log = log;
  }

  /** Takes an event; never throws. The program's log has every one of them at once. */
  record(event: ConfigurationEvent): void {
    const { type, version, code, detail, by } = event;
    const line = { type, version: version && formatVersion(version), code, by, detail };
    if (type === 'refused') this.#log.warn(line, 'configuration refused');
    else this.#log.info(line, 'configuration changed');
    if (type === 'joined' && detail === 'internal-db') this.#isShared = true;
    this.#waiting.push(event);
    if (this.#waiting.length <= configurationEventsWaitingMax) return;
    const refusal = this.#waiting.findIndex((waiting) => waiting.type === 'refused');
    this.#waiting.splice(Math.max(0, refusal), 1);
    this.#passedOverCount += 1;
  }

  /** Records a version that was installed but is not in the log: the program was killed in between, or it is the first. */
  async recordInstalled(
    { version }: Pick<NodeConfiguration<'internal-db'>, 'version'>,
    { store, internalDbCount }: { readonly store: Store; readonly internalDbCount: number },
  ): Promise<void> {
    this.#isShared = internalDbCount > 1;
    const known = await store.read.settings.get('configuration_version');
    const isWaiting = this.#waiting.some((event) => event.type === 'installed');
    if (known === formatVersion(version) || isWaiting) return;
    const detail = 'found installed at the start';
    this.record({ type: 'installed', version, code: null, detail, by: 'unknown' });
  }

  /** Writes what waits; when that fails, it waits on. Called on a schedule, one run at a time. */
  async write({ store, clock }: AuditTarget): Promise<void> {
    const batch = [...this.#waiting];
    const passedOverCount = this.#passedOverCount;
    if (batch.length + passedOverCount === 0) return;
    const refusals = batch.filter((event) => event.type === 'refused');
    const omitted = new Set(refusals.slice(configurationRefusalsPerWriteMax));
    const omittedCount = omitted.size + passedOverCount;
    const atMs = clock.nowMs();
    await store.transaction(async (transaction) => {
      const known = this.#isShared ? await transaction.settings.get('configuration_version') : undefined;
      const isNew = (event: ConfigurationEvent) => !omitted.has(event) && !isInstalledBy(event, known);
      for (const event of batch) if (isNew(event)) await append(transaction, event, atMs);
      if (omittedCount > 0) await appendAudit(transaction, furtherRefusals(omittedCount, atMs));
    });
    this.#waiting.splice(0, batch.length);
    this.#passedOverCount -= passedOverCount;
  }
}

/** Each internal-db installs each version: what one has written is not written again by another. */
function isInstalledBy({ type, version }: ConfigurationEvent, known: string | undefined): boolean {
  if (version === null || known === undefined || type === 'refused' || type === 'proposed') return false;
  return version.seq <= Number.parseInt(known, 10);
}

async function append(transaction: Transaction, event: ConfigurationEvent, atMs: number): Promise<void> {
  const { type, code, detail: why, by } = event;
  const version = event.version && formatVersion(event.version);
  const subject = type === 'joined' || type === 'evicted' ? by : (version ?? by);
  const detail = { version, by, code, why };
  const actor = type === 'installed' || type === 'proposed' ? `operator:${by}` : 'cluster';
  await appendAudit(transaction, { atMs, actor, action: actions[type], subject, detail });
  if (type === 'installed' && version) await transaction.settings.put('configuration_version', version);
}

function furtherRefusals(count: number, atMs: number): AuditEvent {
  const detail = { count, why: 'too many to write each; the program’s log has them' };
  return { atMs, actor: 'cluster', action: actions.refused, subject: 'further refusals', detail };
}
