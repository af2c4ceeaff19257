// Reads the mails that internal-db put into its folder, for tests that follow their links.
import { readFile, readdir } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

const waitMaxMs = 90_000;
const pollMs = 50;

/** The link to `page` in the newest mail to `recipient` that has one and is not among `known`; waits for it. */
export async function awaitLink(
  folder: string,
  wanted: { readonly recipient: string; readonly page: string; readonly known?: readonly string[] },
): Promise<string> {
  const pattern = new RegExp(`https://\\S+/${wanted.page}\\?token=[\\w-]+`);
  for (let waitedMs = 0; waitedMs < waitMaxMs; waitedMs += pollMs) {
    for (const mail of await readMails(folder)) {
      const link = mail.includes(`To: ${wanted.recipient}`) ? pattern.exec(mail)?.[0] : undefined;
      if (link !== undefined && !wanted.known?.includes(link)) return link;
    }
    await wait(pollMs);
  }
  throw new Error(`no mail to ${wanted.recipient} has a link to ${wanted.page}`);
}

/** Newest first; lines that the mail's encoding broke are put together again (RFC 2045, section 6.7). */
async function readMails(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  const wanted = names
    .filter((name) => name.endsWith('.eml'))
    .toSorted((left, right) => right.localeCompare(left));
  const texts = await Promise.all(wanted.map((name) => readFile(path.join(folder, name), 'utf8')));
  return texts.map((text) => text.replaceAll(/=\r?\n/g, '').replaceAll('=3D', '='));
}
