// A customer who talks to the portal of a whole Consign over HTTPS as a browser would, without being one: signs in with
// the form, keeps the cookies, sends forms and API calls. Callers: the end-to-end tests.
import { request } from 'node:https';
import { readFile } from 'node:fs/promises';
import { formTokenFor } from '#commlink/pages/form-token.ts';
import type { PrintedLogin, RunningConsign } from '../rig/running-consign.ts';

const answerWithinMs = 90_000;

/** An answer as it came. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly text: string;
}

/** What to send. `form` is sent as a browser sends a form, `json` as an API client does. */
export interface HttpQuestion {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly form?: Readonly<Record<string, string>>;
  readonly json?: unknown;
  /** The customer's own address, of those of the loopback network. */
  readonly from?: string;
}

/** Asks one of the installation's HTTPS servers, trusting its own authority alone. Follows no redirect. */
export async function askHttps(
  consign: RunningConsign,
  url: string,
  question: HttpQuestion = {},
): Promise<HttpAnswer> {
  const { form, json, method, headers, from } = question;
  const body = form ? new URLSearchParams(form).toString() : json === undefined ? '' : JSON.stringify(json);
  const type = form ? 'application/x-www-form-urlencoded' : 'application/json';
  const ca = await readFile(consign.endpoints.caFile);
  const sent = request(url, {
    ca,
    agent: false,
    ...(from === undefined ? {} : { localAddress: from }),
    method: method ?? (body ? 'POST' : 'GET'),
    headers: {
      ...(body ? { 'content-type': type, 'content-length': Buffer.byteLength(body) } : {}),
      ...headers,
    },
    signal: AbortSignal.timeout(answerWithinMs),
  });
  return new Promise((resolve, reject) => {
    sent.on('error', reject).on('response', (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      response.on('error', reject);
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text }),
      );
    });
    sent.end(body);
  });
}

const visitorCookie = '__Host-consign-visitor';
const sessionCookie = '__Host-consign-session';

/** The value of a cookie that an answer sets; undefined when it does not. */
export function cookieOf({ headers }: HttpAnswer, name: string): string | undefined {
  const set = [headers['set-cookie'] ?? []].flat();
  return set
    .find((line) => line.startsWith(`${name}=`))
    ?.slice(name.length + 1)
    .split(';')[0];
}

/** Sends the sign-in form; the answer is a redirect with the session's cookie, or the form again with the refusal. */
export async function sendSignIn(
  consign: RunningConsign,
  login: PrintedLogin,
  from = '127.0.0.1',
): Promise<HttpAnswer> {
  const { portal } = consign.endpoints;
  const secret = cookieOf(await askHttps(consign, `${portal}/sign-in`, { from }), visitorCookie) ?? '';
  const form = { formToken: formTokenFor(secret), next: '/', username: login.name, password: login.password };
  const headers = { cookie: `${visitorCookie}=${secret}` };
  return askHttps(consign, `${portal}/sign-in`, { form, headers, from });
}

/** A customer who is signed in. */
export class PortalCustomer {
  /** The secret in the session's cookie. */
  readonly session: string;
  readonly #consign: RunningConsign;

  private constructor(consign: RunningConsign, session: string) {
    this.#consign = consign;
    this.session = session;
  }

  /** Signs in. Throws when the portal does not let this login in. */
  static async signIn(consign: RunningConsign, login: PrintedLogin, from?: string): Promise<PortalCustomer> {
    const answer = await sendSignIn(consign, login, from);
    const session = cookieOf(answer, sessionCookie);
    if (session === undefined) throw new Error(`Nobody was signed in (${answer.status}).`);
    return new PortalCustomer(consign, session);
  }

  /** Fetches a page or asks the API; `path` begins with a slash. */
  ask(path: string, question: HttpQuestion = {}): Promise<HttpAnswer> {
    const headers = {
      cookie: `${sessionCookie}=${this.session}`,
      'x-form-token': formTokenFor(this.session),
      ...question.headers,
    };
    return askHttps(this.#consign, `${this.#consign.endpoints.portal}${path}`, { ...question, headers });
  }

  /** Sends a form of the portal's own pages. */
  sendForm(path: string, fields: Readonly<Record<string, string>>): Promise<HttpAnswer> {
    return this.ask(path, { form: { ...fields, formToken: formTokenFor(this.session) } });
  }
}
