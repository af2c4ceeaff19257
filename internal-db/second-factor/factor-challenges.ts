// The questions that are open now, by kind; built once with the other tools of the services.
import { PendingChallenges } from './pending-challenges.ts';
import type { ProviderQuestion } from '../identity-providers/provider-sign-ins.ts';
import type { FactorOwner, RelyingParty } from './factor-owner.ts';

/** A sign-in that waits for its second factor, or for a passkey that says who it is. */
export interface SignInQuestion {
  /** Null: the passkey says it. */
  readonly ownerId: string | null;
  readonly ownerName: string;
  /** What a passkey must sign, and for whom; null when none is asked for. */
  readonly passkey: { readonly party: RelyingParty; readonly expected: string } | null;
}

/** A secret that waits for its first code. */
export interface TotpQuestion {
  readonly ownerId: string;
  readonly secret: Uint8Array;
}

/** A passkey that is being made. */
export interface RegistrationQuestion {
  readonly ownerId: string;
  readonly party: RelyingParty;
  readonly expected: string;
}

/** All of them. */
export class FactorChallenges {
  readonly signIns: PendingChallenges<SignInQuestion>;
  readonly passkeySignIns: PendingChallenges<SignInQuestion>;
  readonly totpSecrets: PendingChallenges<TotpQuestion>;
  readonly registrations: PendingChallenges<RegistrationQuestion>;
  /** Who was sent to an identity provider. */
  readonly departures: PendingChallenges<ProviderQuestion>;

  constructor(nowMs: () => number, nodeId: string) {
    this.signIns = new PendingChallenges(nowMs, nodeId);
    this.passkeySignIns = new PendingChallenges(nowMs, nodeId);
    this.totpSecrets = new PendingChallenges(nowMs, nodeId);
    this.registrations = new PendingChallenges(nowMs, nodeId);
    this.departures = new PendingChallenges(nowMs, nodeId);
  }

  /** Forgets what is open for somebody. */
  forget({ id }: Pick<FactorOwner, 'id'>): void {
    this.signIns.forget(id);
    this.totpSecrets.forget(id);
    this.registrations.forget(id);
    this.departures.forget(id);
  }
}
