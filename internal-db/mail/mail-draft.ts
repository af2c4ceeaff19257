// What is said to whom, before it is a mail: the kinds of mails with their values. Texts are in texts/.
import type { Language, UserRole } from '#commlink/methods/people-fields.ts';

/** Something that happened to a login, which its owner should know. */
export type NoticeEvent =
  | 'password_changed'
  | 'password_reset'
  | 'address_changed'
  | 'factor_added'
  | 'factor_removed'
  | 'factors_reset'
  | 'recovery_code_used'
  | 'recovery_codes_renewed'
  | 'provider_linked'
  | 'provider_unlinked'
  | 'second_step_failed';

/** Something that ends, and when. */
export interface MailedEnding {
  readonly kind: 'licence' | 'token' | 'key';
  readonly name: string;
  readonly endAtMs: number;
}

/** A token or key that is not used; `lastUsedAtMs` null: it never was. */
export interface MailedCredential {
  readonly kind: 'token' | 'key';
  readonly name: string;
  readonly lastUsedAtMs: number | null;
}

/** What each kind of mail is made of. `link` is a whole address. */
export interface MailValues {
  readonly invitation: {
    readonly account: string;
    readonly invitedBy: string;
    readonly role: UserRole;
    readonly link: string;
    readonly days: number;
  };
  readonly reset: {
    readonly username: string;
    readonly account: string;
    readonly link: string;
    readonly minutes: number;
  };
  readonly confirmation: { readonly username: string; readonly link: string; readonly hours: number };
  readonly notice: {
    readonly username: string;
    readonly account: string;
    readonly event: NoticeEvent;
    readonly atMs: number;
    readonly portal: string;
  };
  readonly endings: {
    readonly account: string;
    readonly endings: readonly MailedEnding[];
    readonly portal: string;
  };
  readonly unused: {
    readonly account: string;
    readonly days: number;
    readonly credentials: readonly MailedCredential[];
    readonly portal: string;
  };
  readonly alert: {
    readonly state: 'raised' | 'cleared';
    readonly severity: 'warning' | 'critical';
    readonly text: string;
    readonly advice: string;
    readonly atMs: number;
  };
  readonly newKeys: {
    readonly account: string;
    readonly appliance: string;
    readonly uid: string;
    /** Where the message with the code came from. */
    readonly address: string;
    readonly atMs: number;
    readonly portal: string;
  };
  readonly portalView: {
    readonly account: string;
    readonly username: string;
    readonly reason: string;
    readonly atMs: number;
    readonly portal: string;
  };
}
/** The kinds of mails. */
export type MailKind = keyof MailValues;

/** A mail to be. `lifetimeMs`: after that it is of no use any more. */
export interface MailDraft<K extends MailKind = MailKind> {
  readonly kind: K;
  readonly recipient: string;
  readonly language: Language;
  readonly values: MailValues[K];
  readonly lifetimeMs?: number;
}

/** A mail's words. */
export interface MailText {
  readonly subject: string;
  readonly body: string;
}

/** The texts of one language. */
export type MailTexts = {
  readonly [K in MailKind]: (values: MailValues[K], vendor: string) => MailText;
};
