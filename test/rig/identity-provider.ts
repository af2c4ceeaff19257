// A real OpenID Connect provider (oidc-provider) on loopback, with HTTPS, its people, and a sign-in page of one field. A test may
// change what it answers at the token endpoint, as nobody but the provider itself could. Callers: tests of identity providers,
// with a browser and without.
import { createSign, generateKeyPairSync, randomBytes, type KeyObject } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, request as sendRequest } from 'node:https';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Provider, { type Configuration } from 'oidc-provider';
import { findFreePortBase } from './free-ports.ts';
import { issueCertificate } from './issued-certificate.ts';

/** What the provider says of somebody, beside the name that they sign in with. */
export type ProviderPerson = Readonly<Record<string, unknown>>;

/** A client of the provider: where it may send people back to. */
export interface ProviderClientPlan {
  readonly redirectUris: readonly string[];
  readonly afterSignOut: readonly string[];
}

/** What of the token endpoint's answer a test changes. */
type Tamper = (answer: Record<string, unknown>) => Record<string, unknown>;

/** A running provider. */
export interface RunningProvider {
  readonly issuer: string;
  readonly clientId: string;
  /** Files with the client's secret (0600) and the certificate of the provider's authority. */
  readonly clientSecretFile: string;
  readonly authorityFile: string;
  readonly clientSecret: string;
  readonly certificate: string;
  /** By the name that they sign in with; a test adds and changes them. */
  readonly people: Map<string, ProviderPerson>;
  tamper: Tamper | null;
  /** An ID token of these claims, signed by the provider's key or by another one. */
  readonly sign: (claims: Readonly<Record<string, unknown>>, key?: KeyObject) => string;
  /** A browser of sorts, without pages: goes where it is sent, signs in as this person, and says where it is led back to. */
  readonly visit: (url: string, person: string) => Promise<URL>;
  readonly close: () => Promise<void>;
}

const clientId = 'consign';
const acrOf = (person: ProviderPerson) => (typeof person['acr'] === 'string' ? person['acr'] : undefined);

/** Starts one; `t` stops it. */
export async function startIdentityProvider(
  t: { teardown(work: () => Promise<unknown>): void },
  plan: ProviderClientPlan,
): Promise<RunningProvider> {
  const { certificate, privateKey } = await issueCertificate('identity provider');
  const port = await findFreePortBase();
  const issuer = `https://localhost:${port}`;
  const clientSecret = randomBytes(24).toString('base64url');
  const signing = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const people = new Map<string, ProviderPerson>();
  const running = { tamper: null as Tamper | null };
  const jwk = { ...signing.privateKey.export({ format: 'jwk' }), kid: 'rig', use: 'sig', alg: 'RS256' };
  const provider = new Provider(issuer, describe({ plan, clientSecret, people, jwk }));
  provider.use(async (ctx, next) => {
    await next();
    if (ctx.path === '/token' && running.tamper && ctx.status === 200) {
      ctx.body = running.tamper(ctx.body as Record<string, unknown>);
    }
  });
  const answer = provider.callback();
  const server = createServer({ cert: certificate, key: privateKey }, (request, response) => {
    if (request.url === '/favicon.ico') return void response.writeHead(204).end();
    const isInteraction = request.url?.startsWith('/interaction/') === true;
    if (!isInteraction) return void answer(request, response);
    answerInteraction(provider, people, { request, response }).catch((error: unknown) => {
      response.statusCode = 500;
      response.end(String(error));
    });
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const folder = await mkdtemp(join(tmpdir(), 'consign-provider-'));
  const clientSecretFile = join(folder, 'secret');
  const authorityFile = join(folder, 'authority.pem');
  await writeFile(clientSecretFile, `${clientSecret}\n`, { mode: 0o600 });
  await writeFile(authorityFile, certificate);
  const close = async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  t.teardown(async () => {
    await close();
    await rm(folder, { recursive: true, force: true });
  });
  return Object.assign(running, {
    issuer,
    clientId,
    clientSecretFile,
    authorityFile,
    clientSecret,
    certificate,
    people,
    sign: (claims: Readonly<Record<string, unknown>>, key = signing.privateKey) => signToken(claims, key),
    visit: (url: string, person: string) => visit(url, { issuer, certificate, person }),
    close,
  });
}

function describe(parts: {
  plan: ProviderClientPlan;
  clientSecret: string;
  people: Map<string, ProviderPerson>;
  jwk: object;
}): Configuration {
  const { plan, clientSecret, people, jwk } = parts;
  return {
    clients: [
      {
        client_id: clientId,
        client_secret: clientSecret,
        redirect_uris: [...plan.redirectUris],
        post_logout_redirect_uris: [...plan.afterSignOut],
        grant_types: ['authorization_code'],
        response_types: ['code'],
      },
    ],
    claims: {
      // In the ID token; the others at userinfo alone.
      openid: ['sub', 'amr', 'groups'],
      email: ['email', 'email_verified'],
      profile: ['name', 'preferred_username'],
    },
    findAccount: async (_ctx, accountId) => ({
      accountId,
      claims: async () => ({ ...people.get(accountId), sub: accountId }),
    }),
    features: {
      devInteractions: { enabled: false },
      rpInitiatedLogout: { enabled: true, logoutSource: askToSignOut },
    },
    acrValues: ['gold'],
    interactions: { url: (_ctx, interaction) => `/interaction/${interaction.uid}` },
    // Nobody is asked whether Consign may know who they are.
    loadExistingGrant: async (ctx) => {
      const { client, session } = ctx.oidc;
      if (!client || !session?.accountId) return undefined;
      const grant = new ctx.oidc.provider.Grant({ clientId: client.clientId, accountId: session.accountId });
      grant.addOIDCScope('openid email profile');
      await grant.save();
      return grant;
    },
    jwks: { keys: [jwk as { kty: 'RSA' }] },
    cookies: { keys: [randomBytes(16).toString('hex')] },
    ttl: {
      Interaction: 600,
      Session: 3600,
      Grant: 3600,
      AccessToken: 600,
      IdToken: 600,
      AuthorizationCode: 60,
    },
  };
}

/** Its own page loads a font from elsewhere. */
const askToSignOut: NonNullable<
  NonNullable<Configuration['features']>['rpInitiatedLogout']
>['logoutSource'] = async (ctx, form) => {
  ctx.body = `<!doctype html><html lang="en"><title>Sign out</title><h1>Sign out?</h1>${form}
    <button form="op.logoutForm" name="logout" value="yes">Yes</button></html>`;
};

/** The sign-in page; the form comes back to the same address. */
async function answerInteraction(
  provider: Provider,
  people: Map<string, ProviderPerson>,
  { request, response }: { request: IncomingMessage; response: ServerResponse },
): Promise<void> {
  if (request.method !== 'POST') {
    response.setHeader('content-type', 'text/html; charset=utf-8');
    response.end(
      '<!doctype html><html lang="en"><title>Acme sign-in</title><h1>Acme sign-in</h1>' +
        '<form method="post"><label>Your name <input name="login"></label><button>Sign in</button>' +
        '<button name="cancel" value="yes">Cancel</button></form></html>',
    );
    return;
  }
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  const form = new URLSearchParams(Buffer.concat(chunks).toString());
  const accountId = form.get('login') ?? '';
  const person = people.get(accountId);
  const refusal = { error: 'access_denied', error_description: 'The person may not.' };
  const acr = person && acrOf(person);
  const amr = person && Array.isArray(person['amr']) ? { amr: person['amr'] as string[] } : {};
  const login = { accountId, ...(acr === undefined ? {} : { acr }), ...amr };
  const result = person && form.get('cancel') === null ? { login } : refusal;
  await provider.interactionFinished(request, response, result);
}

function signToken(claims: Readonly<Record<string, unknown>>, key: KeyObject): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const input = `${part({ alg: 'RS256', typ: 'JWT', kid: 'rig' })}.${part(claims)}`;
  return `${input}.${createSign('sha256').update(input).sign(key).toString('base64url')}`;
}

/** The claims of an ID token, unchecked. */
export function claimsIn(idToken: unknown): Record<string, unknown> {
  const payload = String(idToken).split('.')[1] ?? '';
  return JSON.parse(Buffer.from(payload, 'base64url').toString()) as Record<string, unknown>;
}

async function visit(
  start: string,
  { issuer, certificate, person }: { issuer: string; certificate: string; person: string },
): Promise<URL> {
  const cookies = new Map<string, string>();
  let url = new URL(start);
  let form: string | null = null;
  for (let steps = 0; steps < 12; steps += 1) {
    if (url.origin !== issuer) return url;
    const { status, location, setCookies } = await exchange(url, { cookies, form, certificate });
    for (const cookie of setCookies) {
      const [name = '', value = ''] = (cookie.split(';')[0] ?? '').split(/=(.*)/s);
      cookies.set(name, value);
    }
    if (location !== undefined) [url, form] = [new URL(location, url), null];
    else if (status === 200 && form === null) form = new URLSearchParams({ login: person }).toString();
    else throw new Error(`the provider answered ${status} at ${url.pathname}`);
  }
  throw new Error('the provider leads nowhere');
}

function exchange(
  url: URL,
  { cookies, form, certificate }: { cookies: Map<string, string>; form: string | null; certificate: string },
): Promise<{ status: number; location: string | undefined; setCookies: string[] }> {
  const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  const type = form === null ? {} : { 'content-type': 'application/x-www-form-urlencoded' };
  const options = { method: form === null ? 'GET' : 'POST', headers: { cookie, ...type }, ca: certificate };
  return new Promise((resolve, reject) => {
    const sent = sendRequest(url, { ...options, agent: false }, (answer) => {
      answer.resume();
      answer.on('end', () => {
        const { location, 'set-cookie': setCookies = [] } = answer.headers;
        resolve({ status: answer.statusCode ?? 0, location, setCookies });
      });
    });
    sent.on('error', reject);
    sent.end(form ?? undefined);
  });
}
