// A browser of sorts for tests of the console: keeps its cookie and follows nothing; signs in as staff do, with the code of an
// authenticator app that it sets up at the first sign-in.
import { request } from 'node:https';
import type { RunningRoom } from '../support/running-room.ts';
import { codeOf } from '../../rig/totp-code.ts';

/** What comes back. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

/** A form's fields, or headers. */
export type Fields = Readonly<Record<string, string>>;

/** Every member of staff has it here. */
export const staffPassword = 'staff password 1';

/** The browser. */
export class StaffVisitor {
  cookie = '';
  readonly #room: Pick<RunningRoom, 'services' | 'cluster'>;

  constructor(room: Pick<RunningRoom, 'services' | 'cluster'>) {
    this.#room = room;
  }

  send(
    method: 'GET' | 'POST',
    path: string,
    options: { fields?: Fields; headers?: Fields } = {},
  ): Promise<Answer> {
    const port = this.#room.services.console.port;
    const body = options.fields ? new URLSearchParams(options.fields).toString() : '';
    const headers = {
      ...(options.fields ? { 'content-type': 'application/x-www-form-urlencoded' } : {}),
      ...(this.cookie ? { cookie: this.cookie } : {}),
      ...options.headers,
    };
    const ca = this.#room.cluster.certificate;
    return new Promise((resolve, reject) => {
      const sent = request({ host: '127.0.0.1', port, path, method, headers, ca }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () => {
          const set = response.headers['set-cookie']?.[0]?.split(';')[0];
          if (set !== undefined) this.cookie = set.endsWith('=') ? '' : set;
          const text = Buffer.concat(chunks).toString();
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text });
        });
      });
      sent.on('error', reject);
      sent.end(body);
    });
  }

  get(path: string): Promise<Answer> {
    return this.send('GET', path);
  }

  /** Posts a form of the page at `from`, with its token. */
  async post(from: string, path: string, fields: Fields): Promise<Answer> {
    const page = await this.get(from);
    const formToken = /name="formToken" value="([^"]+)"/.exec(page.body)?.[1] ?? '';
    return this.send('POST', path, { fields: { ...fields, formToken } });
  }

  signIn(name: string, password = staffPassword): Promise<Answer> {
    return this.send('POST', '/sign-in', { fields: { name, password } });
  }

  /** Signs in for the first time: sets an authenticator app up and returns its secret. */
  async signInWithNewApp(name: string): Promise<string> {
    await this.signIn(name);
    const page = await this.get('/second-factor');
    const secret = /data-copy="secret">([^<]+)</.exec(page.body)?.[1]?.replaceAll(' ', '') ?? '';
    const answer = await this.post('/second-factor', '/second-factor/set-up', {
      challenge: challengeIn(page),
      code: codeOf(secret),
    });
    if (answer.status !== 200) throw new Error(`not signed in: ${answer.body}`);
    return secret;
  }
}

/** The question that a page's form answers. */
export function challengeIn(page: Answer): string {
  return /name="challenge" value="([^"]+)"/.exec(page.body)?.[1] ?? '';
}
