// Watches for what an operator should look at: judges the facts again and again, keeps since when each thing is so, and tells
// whoever listens when an alert begins or is over. Made by start-services.ts, which runs `look` and `verify` on schedules.
// Keeps nothing in the database: after a restart everything is judged anew.
import type { Logger } from '#commlink/log.ts';
import { verifyAudit, type AuditVerdict } from '../audit/verify-audit.ts';
import { startSchedule, type Schedule } from '../schedule.ts';
import type { ServiceContext } from '../service-context.ts';
import type { Alert, Finding } from './alert.ts';
import { gatherFacts, type AlertFacts, type AlertSources } from './alert-facts.ts';
import { findAlerts } from './find-alerts.ts';
import { alertIntervalMs, auditVerifyIntervalMs } from './limits.ts';

/** Something that began, or is over. */
export interface AlertChange {
  readonly alert: Alert;
  readonly state: 'raised' | 'cleared';
}

/** The watch. */
export class AlertWatch {
  readonly #context: ServiceContext;
  readonly #sources: AlertSources;
  readonly #log: Logger;
  readonly #listeners = new Set<(change: AlertChange) => void>();
  /** Since when each finding is there, by kind and subject. */
  #found = new Map<string, number>();
  #alerts = new Map<string, Alert>();
  #facts: AlertFacts | null = null;
  #audit: AuditVerdict | null = null;

  constructor(context: ServiceContext, sources: AlertSources) {
    this.#context = context;
    this.#sources = sources;
    this.#log = context.log;
  }

  /** The alerts, the worst first, in the language that is spoken: what they are found from is judged once more. */
  current(): Alert[] {
    if (this.#facts === null) return [];
    return findAlerts(this.#facts).flatMap(({ graceMs: _graceMs, ...finding }) => {
      const alert = this.#alerts.get(keyOf(finding));
      return alert ? [{ ...finding, sinceMs: alert.sinceMs }] : [];
    });
  }

  /** Calls `listener` for each change from now on. */
  onChange(listener: (change: AlertChange) => void): void {
    this.#listeners.add(listener);
  }

  /** Judges the facts anew. */
  async look(): Promise<void> {
    const facts = { ...(await gatherFacts(this.#context, this.#sources)), audit: this.#audit };
    this.#facts = facts;
    this.#take(findAlerts(facts), facts.nowMs);
  }

  /** Verifies the whole audit log, which takes a while when it is long; the next look goes by the verdict. */
  async verify(): Promise<void> {
    this.#audit = await verifyAudit(this.#context.store.read);
  }

  #take(findings: readonly Finding[], nowMs: number): void {
    const found = new Map<string, number>();
    const alerts = new Map<string, Alert>();
    for (const { graceMs, ...finding } of findings) {
      const key = keyOf(finding);
      const sinceMs = this.#found.get(key) ?? nowMs;
      found.set(key, sinceMs);
      if (nowMs - sinceMs >= graceMs) alerts.set(key, { ...finding, sinceMs });
    }
    const before = this.#alerts;
    this.#found = found;
    this.#alerts = alerts;
    for (const [key, alert] of alerts) if (!before.has(key)) this.#tell({ alert, state: 'raised' });
    for (const [key, alert] of before) if (!alerts.has(key)) this.#tell({ alert, state: 'cleared' });
  }

  #tell(change: AlertChange): void {
    const { kind, subject, text } = change.alert;
    this.#log.warn({ kind, subject, text, state: change.state }, 'alert');
    for (const listener of this.#listeners) listener(change);
  }
}

function keyOf({ kind, subject }: Pick<Finding, 'kind' | 'subject'>): string {
  return `${kind} ${subject}`;
}

/** Starts looking; the audit log is verified at once too. */
export function scheduleAlerts(watch: AlertWatch, log: Logger): Schedule[] {
  const looks = startSchedule({
    name: 'alerts',
    intervalMs: alertIntervalMs,
    log,
    work: () => watch.look(),
  });
  const verifications = startSchedule({
    name: 'verification of the audit log',
    intervalMs: auditVerifyIntervalMs,
    log,
    work: () => watch.verify(),
  });
  verifications.nudge();
  return [looks, verifications];
}
