// Store interface: mails that are to be sent, or were, and what people were told already.
// Implemented by each engine, used by mail/.

/** A mail as stored. `sealed` is null when it was sent or given up. */
export interface MailRecord {
  readonly id: string;
  /** What it is about, such as `invitation`. */
  readonly kind: string;
  readonly recipient: string;
  readonly state: 'waiting' | 'sent' | 'given_up';
  readonly sealed: string | null;
  readonly attempts: number;
  readonly createdAtMs: number;
  readonly nextAttemptAtMs: number;
  /** When it is of no use any more. */
  readonly giveUpAtMs: number;
  readonly endedAtMs: number | null;
  /** Why the last attempt failed, in a few words. */
  readonly lastError: string | null;
}

/** What `status` and the console say about mails. */
export interface MailCounts {
  readonly waiting: number;
  /** Of these, how many were tried in vain. */
  readonly failing: number;
  readonly givenUp: number;
  /** Since when the oldest one waits. */
  readonly oldestWaitingAtMs: number | null;
}

/** Something of a customer that ends by itself, for those who are told beforehand. */
export interface EndingRecord {
  readonly kind: 'licence' | 'token' | 'key';
  readonly id: string;
  readonly name: string;
  readonly accountId: string;
  /** Whose token or key it is; null for a licence. */
  readonly userId: string | null;
  readonly endAtMs: number;
}

/** Which endings are asked for. */
export interface EndingWindow {
  readonly kind: EndingRecord['kind'];
  readonly fromMs: number;
  readonly untilMs: number;
  readonly days: number;
  readonly limit: number;
}

/** Reading mails. */
export interface MailReads {
  /** Mails that wait and may be tried at `atMs`, the oldest first. */
  mailsDue(atMs: number, limit: number): Promise<MailRecord[]>;
  counts(): Promise<MailCounts>;
  /**
   * What of a kind ends after `fromMs`, until `untilMs`, and was not told of at this number of days before: the soonest
   * first, up to `limit`.
   */
  endingsToTell(window: EndingWindow): Promise<EndingRecord[]>;
}

/** Writing mails. */
export interface MailWrites extends MailReads {
  insertMail(mail: MailRecord): Promise<void>;
  putOff(mail: { id: string; nextAttemptAtMs: number; lastError: string }): Promise<void>;
  endMail(mail: {
    id: string;
    state: 'sent' | 'given_up';
    atMs: number;
    lastError: string | null;
  }): Promise<void>;
  /** Forgets mails that ended before, and what was told about ends long ago. */
  forgetBefore(atMs: number): Promise<void>;
  noteTold(told: { subjectId: string; days: number; endAtMs: number }): Promise<void>;
}
