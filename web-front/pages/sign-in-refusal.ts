// What somebody is told who may not sign in, in the page's language. Called by the routes of both steps.
import type { ProviderTitle } from '#commlink/methods/people-fields.ts';
import type { PageFrame } from './layout.ts';

/** Why a sign-in is refused, in both steps alike. */
export type SignInRefusal =
  | {
      readonly reason: 'credentials' | 'throttled' | 'suspended' | 'banned';
      readonly retryAfterMs: number;
    }
  | { readonly reason: 'provider_required'; readonly provider: ProviderTitle };

/** The sentence. */
export function explainSignIn(frame: PageFrame, refusal: SignInRefusal): string {
  if (refusal.reason === 'provider_required') return frame.texts.providers.required(refusal.provider.title);
  const { reason, retryAfterMs } = refusal;
  const texts = frame.texts.signIn.refusals;
  switch (reason) {
    case 'throttled':
      return texts.throttled(Math.max(1, Math.ceil(retryAfterMs / 1000)));
    case 'banned':
      return texts.banned(Math.max(1, Math.ceil(retryAfterMs / 60_000)));
    case 'credentials':
    case 'suspended':
      return texts[reason];
  }
}
