// Mails that are to be sent. A service prepares one before its transaction, and puts it into the outbox within: what is
// told happens and is told, or neither. Its words are sealed until it is sent, for they hold the secrets of links, of which the
// database otherwise has only hashes.
import type { InternalDbSettings } from '#commlink/settings/internal-db-settings.ts';
import type { Clock } from '../clock.ts';
import type { DatabaseSeal } from '../database-keys/database-seal.ts';
import { mailLifetimeMs } from '../limits.ts';
import { newRecordId } from '../record-id.ts';
import type { MailRecord } from '../store/mails.ts';
import { composeMail } from './compose-mail.ts';
import type { MailDraft, MailKind, MailText } from './mail-draft.ts';

const sealingPurpose = 'mail outbox';

/** What an outbox is made of. */
export interface OutboxParts {
  readonly clock: Clock;
  readonly seal: DatabaseSeal;
  readonly settings: () => Pick<InternalDbSettings, 'mail' | 'portalUrl'>;
  readonly vendorName: () => string;
}

/** The outbox. */
export class MailOutbox {
  readonly #parts: OutboxParts;
  #nudge: () => void = () => undefined;

  constructor(parts: OutboxParts) {
    this.#parts = parts;
  }

  /** Where links lead; null while mails can't be sent, or could lead nowhere. */
  portal(): string | null {
    const { mail, portalUrl } = this.#parts.settings();
    return mail === null ? null : portalUrl;
  }

  /** A mail for `transaction.mails.insertMail`. Call `sendSoon` after the commit. */
  async prepare<K extends MailKind>(draft: MailDraft<K>): Promise<MailRecord> {
    const { clock, seal, vendorName } = this.#parts;
    const id = newRecordId('mal');
    const text = composeMail(draft, vendorName());
    const place = { purpose: sealingPurpose, associated: id };
    const sealed = await seal.seal(place, Buffer.from(JSON.stringify(text)));
    const createdAtMs = clock.nowMs();
    const { kind, recipient, lifetimeMs = mailLifetimeMs } = draft;
    return {
      id,
      kind,
      recipient,
      state: 'waiting',
      sealed,
      attempts: 0,
      createdAtMs,
      nextAttemptAtMs: createdAtMs,
      giveUpAtMs: createdAtMs + lifetimeMs,
      endedAtMs: null,
      lastError: null,
    };
  }

  /** The words again. Throws DocumentError when they were sealed to another key, or for another mail. */
  async open({ id, sealed }: MailRecord): Promise<MailText> {
    const place = { purpose: sealingPurpose, associated: id };
    const plaintext = await this.#parts.seal.open(place, sealed ?? '');
    return JSON.parse(Buffer.from(plaintext).toString('utf8')) as MailText;
  }

  /** Has the outbox looked at now. */
  sendSoon(): void {
    this.#nudge();
  }

  /** Names who looks at it. */
  onMail(nudge: () => void): void {
    this.#nudge = nudge;
  }
}
