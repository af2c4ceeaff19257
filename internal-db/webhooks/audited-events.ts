// Which entries of the audit log other systems may be told of, and as what. Called by audit/append-audit.ts for each entry, so
// that no service has to think of both.
import type { WebhookEvent } from './webhook-event.ts';

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
    case 'release.setState':
      return detail['to'] === 'published' ? published(subject, { atMs, actor }) : null;
    default:
      return null;
  }
}

/** The subject is "<product>/<version>". */
function published(subject: string, { atMs, actor }: { atMs: number; actor: string }): WebhookEvent {
  const [product, version] = subject.split('/');
  return { type: 'release.published', atMs, data: { product, version, by: actor } };
}
