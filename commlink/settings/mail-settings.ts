// How internal-db sends mail: through a mail server, or into a folder on its own disk where somebody reads it or a
// program takes it from. Callers: internal-db, which obeys it; the operator's side, which checks it.
import { EmailAddress } from '../methods/people-fields.ts';
import { Type, strictObject, type Static } from '../schema.ts';
import { HostName } from './link-settings.ts';

const FileName = Type.Union([Type.String({ minLength: 1, maxLength: 4096, pattern: '^/' }), Type.Null()]);

/** Mail through a server (RFC 5321, RFC 6409). */
export const SmtpSettings = strictObject({
  kind: Type.Literal('smtp'),
  host: HostName,
  port: Type.Integer({ minimum: 1, maximum: 65_535 }),
  /** `tls` from the first byte (usually port 465), `starttls` or nothing (587), `none` for a relay on an internal network. */
  security: Type.Union([Type.Literal('tls'), Type.Literal('starttls'), Type.Literal('none')]),
  /** The login, and the file (0600) on internal-db's machine that holds its password; both null where none is asked for. */
  user: Type.Union([Type.String({ minLength: 1, maxLength: 256 }), Type.Null()], { default: null }),
  passwordFile: { ...FileName, default: null },
  /** A file with the authority's certificate, where the machine does not know it. */
  authorityFile: { ...FileName, default: null },
  from: EmailAddress,
});
export type SmtpSettings = Static<typeof SmtpSettings>;

/** Mails as `.eml` files (0600) in the folder `mail` beside the database. */
export const MailFolderSettings = strictObject({ kind: Type.Literal('folder'), from: EmailAddress });

/** Either of them; null: no mail is sent, and what needs mail is refused. */
export const MailSettings = Type.Union([SmtpSettings, MailFolderSettings, Type.Null()], { default: null });
export type MailSettings = Static<typeof MailSettings>;
