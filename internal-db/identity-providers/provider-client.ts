// Speaks OpenID Connect with the providers of the settings: the authorization code flow with PKCE, state and nonce. The client's
// secret, the verifier and the nonce never leave this process; what a web-front relays is of no use without them. The only
// importer of openid-client.
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import {
  AuthorizationResponseError,
  ClientSecretBasic,
  ClientSecretPost,
  None,
  authorizationCodeGrant,
  buildAuthorizationUrl,
  buildEndSessionUrl,
  calculatePKCECodeChallenge,
  customFetch,
  discovery,
  enableNonRepudiationChecks,
  fetchUserInfo,
  randomNonce,
  randomPKCECodeVerifier,
  randomState,
  type ClientAuth,
  type Configuration,
} from 'openid-client';
import { readPrivateFile } from '#commlink/private-file.ts';
import type { IdentityProvider } from '#commlink/settings/identity-provider-settings.ts';
import type { Clock } from '../clock.ts';
import type { ProviderIdentity } from './provider-identity.ts';
import { providerDescriptionLifetimeMs, providerTimeoutSeconds } from './limits.ts';
import { ProviderFailure } from './provider-failure.ts';
import { createProviderFetch } from './provider-fetch.ts';

/** What the answer is held against; it stays here. */
export interface ProviderChecks {
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
}

interface Described {
  /** Of the settings and files that it was made from. */
  readonly fingerprint: string;
  readonly configuration: Promise<Configuration>;
  readonly untilMs: number;
}

/** The client of all providers. Every method throws ProviderFailure. */
export class ProviderClient {
  readonly #clock: Pick<Clock, 'nowMs'>;
  /** By the provider's name. */
  readonly #described = new Map<string, Described>();

  constructor(clock: Pick<Clock, 'nowMs'>) {
    this.#clock = clock;
  }

  /** Where to send the browser, and what to hold the answer against. */
  async begin(
    provider: IdentityProvider,
    redirectUri: string,
    loginHint: string | null,
  ): Promise<{ url: string; checks: ProviderChecks }> {
    const configuration = await this.#describe(provider);
    const checks = { state: randomState(), nonce: randomNonce(), verifier: randomPKCECodeVerifier() };
    const { acrValues } = provider;
    const url = buildAuthorizationUrl(configuration, {
      redirect_uri: redirectUri,
      scope: provider.scopes.join(' '),
      state: checks.state,
      nonce: checks.nonce,
      code_challenge: await calculatePKCECodeChallenge(checks.verifier),
      code_challenge_method: 'S256',
      ...(loginHint === null ? {} : { login_hint: loginHint }),
      ...(acrValues.length === 0 ? {} : { acr_values: acrValues.join(' ') }),
    });
    return { url: url.href, checks };
  }

  /**
   * Who came back. `query` is what the browser brought. Checked: state, issuer (RFC 9207), the code with the verifier, and of
   * the ID token the signature, issuer, audience, times and nonce (OpenID Connect Core 1.0, section 3.1.3.7).
   */
  async complete(
    provider: IdentityProvider,
    { redirectUri, query, checks }: { redirectUri: string; query: string; checks: ProviderChecks },
  ): Promise<ProviderIdentity> {
    const configuration = await this.#describe(provider);
    const currentUrl = new URL(redirectUri);
    currentUrl.search = query;
    try {
      const tokens = await authorizationCodeGrant(configuration, currentUrl, {
        expectedState: checks.state,
        expectedNonce: checks.nonce,
        pkceCodeVerifier: checks.verifier,
        idTokenExpected: true,
      });
      const claims = tokens.claims();
      if (!claims || tokens.id_token === undefined) throw new TypeError('The answer has no ID token.');
      const { iss: issuer, sub: subject } = claims;
      // Many providers tell the address and the name there alone.
      const hasMore = configuration.serverMetadata().userinfo_endpoint !== undefined;
      const more = hasMore ? await fetchUserInfo(configuration, tokens.access_token, subject) : {};
      return { issuer, subject, claims: joinClaims(provider, claims, more), idToken: tokens.id_token };
    } catch (error) {
      throw new ProviderFailure(codeOf(error), error);
    }
  }

  /** Where the provider ends its own session, and leads back from; null where it has no such place. */
  async signOutUrl(
    provider: IdentityProvider,
    { idToken, returnTo }: { idToken: string; returnTo: string },
  ): Promise<string | null> {
    const configuration = await this.#describe(provider);
    if (configuration.serverMetadata().end_session_endpoint === undefined) return null;
    const parameters = { id_token_hint: idToken, post_logout_redirect_uri: returnTo };
    return buildEndSessionUrl(configuration, parameters).href;
  }

  /** Its description, as it was asked for lately; the files are read each time, so that a new secret counts at once. */
  async #describe(provider: IdentityProvider): Promise<Configuration> {
    try {
      const { clientSecretFile, authorityFile } = provider;
      const secret = clientSecretFile === null ? null : (await readPrivateFile(clientSecretFile)).trim();
      const authority = authorityFile === null ? null : await readFile(authorityFile, 'utf8');
      const made = JSON.stringify([provider, secret, authority]);
      const fingerprint = createHash('sha256').update(made).digest('base64url');
      const known = this.#described.get(provider.name);
      const nowMs = this.#clock.nowMs();
      if (known?.fingerprint === fingerprint && known.untilMs > nowMs) return await known.configuration;
      const configuration = discover(provider, secret, authority);
      this.#described.set(provider.name, {
        fingerprint,
        configuration,
        untilMs: nowMs + providerDescriptionLifetimeMs,
      });
      return await configuration;
    } catch (error) {
      // What failed is asked for again by the next one.
      this.#described.delete(provider.name);
      throw new ProviderFailure('provider_down', error);
    }
  }
}

/**
 * What the ID token says, and for what it leaves out the userinfo answer, which is not signed: no second factor and no role is taken
 * from there, and an address only together with whether it is verified.
 */
function joinClaims(
  provider: IdentityProvider,
  signed: Readonly<Record<string, unknown>>,
  more: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const signedOnly = new Set(['amr', 'acr']);
  if (provider.for === 'staff' && provider.roles !== null) signedOnly.add(provider.roles.claim);
  if ('email' in signed || 'email_verified' in signed) signedOnly.add('email').add('email_verified');
  const unsigned = Object.entries(more).filter(([name]) => !signedOnly.has(name));
  return { ...Object.fromEntries(unsigned), ...signed };
}

async function discover(
  provider: IdentityProvider,
  secret: string | null,
  authority: string | null,
): Promise<Configuration> {
  const { issuer, clientId, allowedNetworks } = provider;
  return await discovery(new URL(issuer), clientId, undefined, authenticationOf(provider, secret), {
    [customFetch]: createProviderFetch(allowedNetworks, authority),
    timeout: providerTimeoutSeconds,
    // Signatures are checked although the token came from the provider itself: a proxy that ends TLS forges no identity.
    execute: [enableNonRepudiationChecks],
  });
}

function authenticationOf({ clientAuthentication }: IdentityProvider, secret: string | null): ClientAuth {
  if (secret === null) return None();
  return clientAuthentication === 'basic' ? ClientSecretBasic(secret) : ClientSecretPost(secret);
}

/** Answers that could not be had: the network, its certificates, its time. Everything else is a wrong answer. */
const networkCodes: ReadonlySet<string> = new Set([
  'OAUTH_TIMEOUT',
  'OAUTH_ABORT',
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ETIMEDOUT',
  'RECEIVER_REFUSED',
]);

function codeOf(error: unknown): ProviderFailure['code'] {
  if (error instanceof AuthorizationResponseError) return 'provider_refused';
  // The library wraps what the request threw.
  for (let at = error; at instanceof Error; at = at.cause) {
    if ('code' in at && typeof at.code === 'string' && networkCodes.has(at.code)) return 'provider_down';
  }
  return 'answer_wrong';
}
