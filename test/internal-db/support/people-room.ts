// A running internal-db that sends mail into its folder, for tests about people; what its mails say; and what a person's
// phone shows.
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { ParamsOf, ResultOf } from '#commlink/method-table.ts';
import type { internalDbMethods } from '#commlink/methods/internal-db-methods.ts';
import type { InternalDbSettings } from '#commlink/settings/internal-db-settings.ts';
import { sendDueMails } from '#internal-db/mail/mail-sender.ts';
import { seedRoom, startRoom, type RunningRoom, type Teardown } from './running-room.ts';

/** Where the portal of these tests is. */
export const portalUrl = 'https://portal.example.test:8443';
/** The address that everything comes from, unless a test says otherwise. */
export const address = '127.0.0.1';

type Table = typeof internalDbMethods;
type Done<M extends keyof Table> = Extract<ResultOf<Table, M>, { done: true }>;

/** A room with jo, the owner of acme, and mail. */
export interface PeopleRoom extends RunningRoom {
  readonly password: string;
  /** Calls; a refusal is an error. */
  readonly done: <M extends keyof Table>(method: M, params: ParamsOf<Table, M>) => Promise<Done<M>>;
  readonly signIn: (username?: string, password?: string) => Promise<string>;
  /** The texts of the mails to an address, oldest first, once all that wait were sent. */
  readonly mailsTo: (recipient: string) => Promise<string[]>;
  /** The token of the last link that was mailed there. */
  readonly tokenTo: (recipient: string) => Promise<string>;
  /** Invites somebody and accepts for them; their session. */
  readonly addMember: (username: string, role: 'owner' | 'downloader') => Promise<string>;
  /** The database, to change times and to look for secrets. */
  readonly database: DatabaseSync;
}

/** The password that members of these tests choose. */
export const memberPassword = 'seven green kites';

/** Starts it. */
export async function startPeopleRoom(
  t: Teardown,
  settings: Partial<InternalDbSettings> = {},
): Promise<PeopleRoom> {
  const mail = { kind: 'folder', from: 'consign@vendor.test' } as const;
  const room = await startRoom(t, [], { portalUrl, mail, ...settings });
  const { password } = await seedRoom(room);
  const database = new DatabaseSync(room.cluster.config.databaseFile);
  t.teardown(async () => database.close());
  const { webFront, services } = room;
  const folder = path.join(room.cluster.directory, 'mail');
  const done: PeopleRoom['done'] = async (method, params) => {
    const result = await webFront.call(method, params);
    if ('done' in result && result.done) return result as Done<typeof method>;
    throw new Error(`${method}: ${JSON.stringify(result)}`);
  };
  const mailsTo = async (recipient: string): Promise<string[]> => {
    await services.context.resetRequests.settle();
    const { store, clock, log, mail: outbox, settings: current, vendorName } = services.context;
    await sendDueMails({ store, clock, log, outbox, settings: current, vendorName, folder });
    const names = (await readdir(folder).catch(() => [])).filter((name) => name.endsWith('.eml')).toSorted();
    const texts = await Promise.all(names.map((name) => readFile(path.join(folder, name), 'utf8')));
    return texts.map(decodeMail).filter((text) => text.includes(`To: ${recipient}`));
  };
  const tokenTo = async (recipient: string): Promise<string> => {
    const token = /\?token=([A-Za-z0-9_-]+)/.exec((await mailsTo(recipient)).at(-1) ?? '')?.[1];
    if (token === undefined) throw new Error(`no link was mailed to ${recipient}`);
    return token;
  };
  const signIn = async (username = 'jo', typed = password): Promise<string> => {
    const opened = await webFront.call('session.open', { username, password: typed, address });
    if (!opened.opened) throw new Error(`not signed in: ${opened.reason}`);
    return opened.session;
  };
  const addMember = async (username: string, role: 'owner' | 'downloader'): Promise<string> => {
    const email = `${username}@acme.test`;
    await done('member.invite', { session: await signIn(), email, role, language: 'en' });
    const { signIn: opened } = await done('invitation.accept', {
      token: await tokenTo(email),
      username,
      displayName: username,
      password: memberPassword,
      language: 'en',
      address,
      client: null,
    });
    return opened.session;
  };
  return { ...room, password, done, signIn, mailsTo, tokenTo, addMember, database };
}

/** Waits, if need be, until the step of time-based codes that runs now lasts a while: a test's codes are all of it. */
export async function awaitFreshStep(): Promise<void> {
  const leftMs = 30_000 - (Date.now() % 30_000);
  if (leftMs < 8000) await new Promise((go) => setTimeout(go, leftMs + 50));
}

/** Quoted-printable (RFC 2045, section 6.7) as text; other encodings are left as they are. */
function decodeMail(mail: string): string {
  if (!/quoted-printable/i.test(mail)) return mail.replaceAll('\r\n', '\n');
  const bytes = mail
    .replaceAll(/=\r?\n/g, '')
    .replaceAll(/=([0-9A-F]{2})/g, (_match, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(bytes, 'latin1').toString('utf8').replaceAll('\r\n', '\n');
}
