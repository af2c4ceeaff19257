// Which entries of the audit log other systems may be told of, and as what. Called by audit/append-audit.ts for each entry, so
// that no service has to think of both.
import type { WebhookEvent } from './webhook-event.ts';

const rolloutEvents = {
  'rollout.create': 'rollout.started',
  'rollout.stop': 'rollout.stopped',
  'rollout.complete': 'rollout.completed',
} as const;

/** What is needed of an entry. */
interface AuditedAction {
  readonly atMs: number;
  readonly actor: string;
  readonly action: string;
  readonly subject: string;
  readonly detail: Readonly<Record<string, unknown>>;
}

/** The event that an entry stands for; null for all others. */
export function eventOfAudit({ atMs, actor, action, subject, detail }: AuditedAction): WebhookEvent | null {
  switch (action) {
    case 'entitlement.grant':
    case 'entitlement.revoke': {
      // The subject is "<account> <product>".
      const [account, product] = subject.split(' ');
      const { entitlement, reason } = detail;
      const type = action === 'entitlement.grant' ? 'entitlement.granted' : 'entitlement.revoked';
      return { type, atMs, data: { entitlement, account, product, reason, by: actor } };
    }
    case 'release.publish':
      return detail['state'] === 'published' ? published(subject, { atMs, actor }) : null;
    case 'rollout.create':
    case 'rollout.stop':
    case 'rollout.complete':
      return rolloutEvent(action, { atMs, actor, subject, detail });
    case 'release.setState':
      return detail['to'] === 'published' ? published(subject, { atMs, actor }) : null;
    default:
      return null;
  }
}

/** The subject is "<product>/<version>". */
function rolloutEvent(
  action: 'rollout.create' | 'rollout.stop' | 'rollout.complete',
  { atMs, actor, subject, detail }: Omit<AuditedAction, 'action'>,
): WebhookEvent {
  const [product, version] = subject.split('/');
  const { rollout, reason } = detail;
  return { type: rolloutEvents[action], atMs, data: { rollout, product, version, reason, by: actor } };
}

/** The subject is "<product>/<version>". */
function published(subject: string, { atMs, actor }: { atMs: number; actor: string }): WebhookEvent {
  const [product, version] = subject.split('/');
  return { type: 'release.published', atMs, data: { product, version, by: actor } };
}
