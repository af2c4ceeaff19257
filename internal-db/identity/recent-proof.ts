// Whether somebody who is signed in has proved lately who it is: by the sign-in itself, or by the password given again. Asked for
// before an owner lets others in or gives them more. Called by members/.
import type { PeopleRefusal } from '#commlink/methods/people-fields.ts';
import { recentProofMs, recentProofsKeptMax } from '../limits.ts';
import { refuse } from '../people-refusal.ts';
import type { ServiceContext } from '../service-context.ts';
import type { AuthenticatedCaller } from './authenticate-secret.ts';
import { provePassword } from './prove-password.ts';

/** When sessions have given the password again. In memory: a restart asks once more. */
export class RecentProofs {
  /** By the session's id; the oldest first. */
  readonly #provedAtMs = new Map<string, number>();

  /** Notes one. */
  note(sessionId: string, atMs: number): void {
    this.#provedAtMs.delete(sessionId);
    const [oldest] = this.#provedAtMs.keys();
    if (oldest !== undefined && this.#provedAtMs.size >= recentProofsKeptMax) this.#provedAtMs.delete(oldest);
    this.#provedAtMs.set(sessionId, atMs);
  }

  /** The last one; 0 when there is none. */
  of(sessionId: string): number {
    return this.#provedAtMs.get(sessionId) ?? 0;
  }
}

/** Whether the password has to be given again. */
export function needsProof(
  { recentProofs, clock }: Pick<ServiceContext, 'recentProofs' | 'clock'>,
  { signedInAtMs, credentialId }: AuthenticatedCaller,
): boolean {
  const lastMs = Math.max(signedInAtMs, recentProofs.of(credentialId));
  return clock.nowMs() - lastMs > recentProofMs;
}

/** Null when the caller has proved itself lately, or does now; else why not. RpcError `refused`: by a token. */
export async function requireRecentProof(
  context: ServiceContext,
  caller: AuthenticatedCaller,
  password: string | undefined,
): Promise<PeopleRefusal | null> {
  if (!needsProof(context, caller)) return null;
  if (password === undefined) return refuse('proof_needed');
  const refusal = await provePassword(context, caller, password);
  if (refusal === null) context.recentProofs.note(caller.credentialId, context.clock.nowMs());
  return refusal;
}
