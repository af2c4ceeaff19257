// What internal-db says of people, as the API says it.
import { time, timeOrNull } from '#commlink/api/moment.ts';
import type { IdentityLink } from '#commlink/methods/identity-methods.ts';
import type { Invitation, Member, OwnSession, Profile } from '#commlink/methods/people-methods.ts';
import type { Passkey, SecondFactors } from '#commlink/methods/second-factor-methods.ts';
import type {
  IdentityLinkView,
  InvitationView,
  MemberView,
  OwnSessionView,
  PasskeyView,
  ProfileView,
  SecondFactorsView,
} from './people-schemas.ts';

/** A person's own particulars. */
export function viewProfile({ createdAtMs, ...profile }: Profile): ProfileView {
  return { ...profile, createdAt: time(createdAtMs) };
}

/** One of a person's own sessions. */
export function viewOwnSession({
  createdAtMs,
  lastUsedAtMs,
  expiresAtMs,
  ...session
}: OwnSession): OwnSessionView {
  const times = {
    createdAt: time(createdAtMs),
    lastUsedAt: time(lastUsedAtMs),
    expiresAt: time(expiresAtMs),
  };
  return { ...session, ...times };
}

/** A member of an organization. */
export function viewMember({ lastSignInAtMs, createdAtMs, ...member }: Member): MemberView {
  return { ...member, lastSignInAt: timeOrNull(lastSignInAtMs), createdAt: time(createdAtMs) };
}

/** An open invitation. */
export function viewInvitation({ createdAtMs, expiresAtMs, ...invitation }: Invitation): InvitationView {
  return { ...invitation, createdAt: time(createdAtMs), expiresAt: time(expiresAtMs) };
}

/** A passkey. */
export function viewPasskey({ createdAtMs, lastUsedAtMs, ...passkey }: Passkey): PasskeyView {
  return { ...passkey, createdAt: time(createdAtMs), lastUsedAt: timeOrNull(lastUsedAtMs) };
}

/** An identity provider that a person is known at. */
export function viewIdentityLink({ createdAtMs, lastUsedAtMs, ...link }: IdentityLink): IdentityLinkView {
  return { ...link, createdAt: time(createdAtMs), lastUsedAt: timeOrNull(lastUsedAtMs) };
}

/** What a person has switched on. */
export function viewSecondFactors({ totpSinceMs, passkeys, ...factors }: SecondFactors): SecondFactorsView {
  return { ...factors, totpSince: timeOrNull(totpSinceMs), passkeys: passkeys.map(viewPasskey) };
}
