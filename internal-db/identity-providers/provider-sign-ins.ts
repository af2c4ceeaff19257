// What the services about identity providers work with: the providers of the settings, the client, the sign-ins that are under
// way, and the seal on ID tokens. Built once with the services' other tools. A restart forgets what is under way, and whoever
// was signing in begins again.
import type { InternalDbSettings } from '#commlink/settings/internal-db-settings.ts';
import type {
  CustomerIdentityProvider,
  IdentityProvider,
  StaffIdentityProvider,
} from '#commlink/settings/identity-provider-settings.ts';
import type { Clock } from '../clock.ts';
import type { DatabaseSeal } from '../database-keys/database-seal.ts';
import { factorChallengeLifetimeMs, factorChallengesMax } from '../limits.ts';
import type { PendingChallenges } from '../second-factor/pending-challenges.ts';
import { hashSecret } from '../secret-token.ts';
import type { IdentityLinkRecord, ProviderSessionRecord } from '../store/identity-links.ts';
import { idTokenBytesMax } from './limits.ts';
import { ProviderClient, type ProviderChecks } from './provider-client.ts';

const sealingPurpose = 'identity provider session';

/** Somebody who was sent to a provider and has not come back. */
export interface ProviderQuestion {
  /** Who wants to link itself; null for a sign-in. */
  readonly ownerId: string | null;
  readonly provider: string;
  readonly redirectUri: string;
  readonly checks: ProviderChecks;
}

/** How a session was opened: to be kept with it. */
export interface ProviderWay extends Pick<ProviderSessionRecord, 'linkId' | 'provider' | 'sealedIdToken'> {
  /** A link that is stored with the session, and not before. */
  readonly newLink?: IdentityLinkRecord | null;
}

interface WaitingWay {
  readonly way: ProviderWay;
  readonly expiresAtMs: number;
}

/** The tools. */
export class ProviderSignIns {
  readonly client: ProviderClient;
  readonly questions: PendingChallenges<ProviderQuestion>;
  readonly #clock: Pick<Clock, 'nowMs'>;
  readonly #seal: DatabaseSeal;
  readonly #settings: () => Pick<InternalDbSettings, 'identityProviders' | 'portalUrl' | 'console'>;
  /** By the hash of the question that was asked after the provider's, the oldest first. */
  readonly #waiting = new Map<string, WaitingWay>();

  constructor(parts: {
    clock: Pick<Clock, 'nowMs'>;
    seal: DatabaseSeal;
    settings: () => Pick<InternalDbSettings, 'identityProviders' | 'portalUrl' | 'console'>;
    questions: PendingChallenges<ProviderQuestion>;
  }) {
    this.#clock = parts.clock;
    this.#seal = parts.seal;
    this.#settings = parts.settings;
    this.client = new ProviderClient(parts.clock);
    this.questions = parts.questions;
  }

  /** Those for customers. */
  forCustomers(): CustomerIdentityProvider[] {
    return this.#settings().identityProviders.filter((provider) => provider.for === 'customers');
  }

  /** Those for staff. */
  forStaff(): StaffIdentityProvider[] {
    return this.#settings().identityProviders.filter((provider) => provider.for === 'staff');
  }

  /**
   * Where a provider sends people back to; null without a configured address. Each has an address of its own, so that one
   * can't pass off what another one said (RFC 9700, section 4.4.2).
   */
  redirectUri(provider: IdentityProvider): string | null {
    const site = this.#siteOf(provider);
    return site === null ? null : `${site}/sign-in/return/${provider.name}`;
  }

  /** Where a provider leads back to after its sign-out; null without a configured address. */
  signInPage(provider: IdentityProvider): string | null {
    const site = this.#siteOf(provider);
    return site === null ? null : `${site}/sign-in`;
  }

  /** What is kept with a session. A token that is too long to keep is left out: the provider asks its person then. */
  async makeWay(provider: IdentityProvider, linkId: string, idToken: string): Promise<ProviderWay> {
    const plaintext = Buffer.from(idToken.length <= idTokenBytesMax ? idToken : '');
    const place = { purpose: sealingPurpose, associated: linkId };
    return { linkId, provider: provider.name, sealedIdToken: await this.#seal.seal(place, plaintext) };
  }

  /** The ID token again. Throws DocumentError when it was sealed to another key, or for another link. */
  async openIdToken({ linkId, sealedIdToken }: ProviderWay): Promise<string> {
    const place = { purpose: sealingPurpose, associated: linkId };
    return Buffer.from(await this.#seal.open(place, sealedIdToken)).toString('utf8');
  }

  /** Remembers that a second step belongs to a sign-in by way of a provider. */
  noteStep(challenge: string, way: ProviderWay): void {
    const nowMs = this.#clock.nowMs();
    for (const [key, { expiresAtMs }] of this.#waiting) {
      if (expiresAtMs > nowMs && this.#waiting.size < factorChallengesMax) break;
      this.#waiting.delete(key);
    }
    this.#waiting.set(keyOf(challenge), { way, expiresAtMs: nowMs + factorChallengeLifetimeMs });
  }

  /** What was remembered of a second step that is over now; null for one that a password led to. */
  takeStep(challenge: string): ProviderWay | null {
    const key = keyOf(challenge);
    const waiting = this.#waiting.get(key);
    this.#waiting.delete(key);
    return waiting?.way ?? null;
  }

  #siteOf(provider: IdentityProvider): string | null {
    const { portalUrl, console: staffConsole } = this.#settings();
    return provider.for === 'customers' ? portalUrl : staffConsole.publicUrl;
  }
}

function keyOf(challenge: string): string {
  return Buffer.from(hashSecret(challenge)).toString('base64url');
}
