// Hands one mail over: to a mail server, or as a file into a folder. The only importer of nodemailer. The server's
// password is read from its file for each mail, so that a new one counts at once, and is in no log or error.
import { randomUUID } from 'node:crypto';
import { mkdir, open, rename } from 'node:fs/promises';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { createTransport } from 'nodemailer';
import { readPrivateFile } from '#commlink/private-file.ts';
import type { MailSettings, SmtpSettings } from '#commlink/settings/mail-settings.ts';
import { mailServerTimeoutMs } from '../limits.ts';

/** A mail with its words in clear. `id` becomes the Message-ID: one that was sent twice is recognized. */
export interface OpenMail {
  readonly id: string;
  readonly fromName: string;
  readonly recipient: string;
  readonly subject: string;
  readonly body: string;
  readonly atMs: number;
}

/** Sends it. Throws what the server or the disk says; `describeMailFailure` puts it into words without secrets. */
export async function deliverMail(
  settings: Exclude<MailSettings, null>,
  folder: string,
  mail: OpenMail,
): Promise<void> {
  const { from } = settings;
  const message = {
    from: { name: mail.fromName, address: from },
    to: { name: '', address: mail.recipient },
    subject: mail.subject,
    text: mail.body,
    date: new Date(mail.atMs),
    messageId: `<${mail.id}@${from.slice(from.indexOf('@') + 1)}>`,
    // RFC 3834: nobody's out-of-office answers to this.
    headers: { 'Auto-Submitted': 'auto-generated' },
    disableFileAccess: true,
    disableUrlAccess: true,
  };
  if (settings.kind === 'smtp') {
    const transport = createTransport(await smtpOptions(settings));
    try {
      await transport.sendMail(message);
    } finally {
      transport.close();
    }
    return;
  }
  const made = await createTransport({ streamTransport: true, buffer: true }).sendMail(message);
  await writeMailFile(folder, mail, made.message as Buffer);
}

/** Whether the server says that it will never take this mail (RFC 5321, section 4.2.1). */
export function isRefusedForGood(error: unknown): boolean {
  const { code, responseCode } = failureOf(error);
  return (
    code === 'EENVELOPE' && typeof responseCode === 'number' && responseCode >= 550 && responseCode < 560
  );
}

/** A few words about a failure: codes only, for a server's text may quote what it was sent. */
export function describeMailFailure(error: unknown): string {
  const { code, responseCode } = failureOf(error);
  const parts = [code, responseCode].filter((part) => typeof part === 'string' || typeof part === 'number');
  return parts.length === 0 ? 'failed' : parts.join(' ');
}

function failureOf(error: unknown): { code?: unknown; responseCode?: unknown } {
  return typeof error === 'object' && error !== null ? error : {};
}

async function smtpOptions(settings: SmtpSettings) {
  const { host, port, security, user, passwordFile, authorityFile } = settings;
  const pass = passwordFile === null ? null : (await readPrivateFile(passwordFile)).trimEnd();
  const ca = authorityFile === null ? null : await readFile(authorityFile, 'utf8');
  return {
    host,
    port,
    secure: security === 'tls',
    requireTLS: security === 'starttls',
    ignoreTLS: security === 'none',
    ...(user !== null && pass !== null && security !== 'none' && { auth: { user, pass } }),
    ...(ca !== null && { tls: { ca } }),
    connectionTimeout: mailServerTimeoutMs,
    greetingTimeout: mailServerTimeoutMs,
    socketTimeout: mailServerTimeoutMs,
  };
}

/** Whole or not at all, and for this user alone: who takes it from there never sees half of one. */
async function writeMailFile(folder: string, { id, atMs }: OpenMail, message: Buffer): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const stamp = new Date(atMs).toISOString().replaceAll(/[:.]/g, '-');
  const temporary = path.join(folder, `.${randomUUID()}.new`);
  const handle = await open(temporary, 'wx', 0o600);
  try {
    await handle.writeFile(message);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(temporary, path.join(folder, `${stamp}-${id}.eml`));
}
