// What internal-db answers a web-front about a customer's people: one handler for each row of peopleMethods. Put together
// with the others in customer-handlers.ts.
import type { Handlers } from '#commlink/method-table.ts';
import type { peopleMethods } from '#commlink/methods/people-methods.ts';
import type { AuthenticatedCaller } from './identity/authenticate-secret.ts';
import { beginPasskeySignIn, finishSession } from './identity/finish-session.ts';
import {
  beginOwnPasskey,
  beginOwnTotp,
  confirmOwnTotp,
  describeOwnFactors,
  registerOwnPasskey,
  removeOwnPasskey,
  removeOwnTotp,
  renewOwnRecoveryCodes,
} from './identity/own-factors.ts';
import { changePassword, describeReset, resetPassword } from './identity/own-password.ts';
import { confirmEmail, describeProfile, requestEmail, updateProfile } from './identity/own-profile.ts';
import { endOtherSessions, endOwnSession, listSessionsOf } from './identity/own-sessions.ts';
import { acceptInvitation, describeInvitation } from './members/accept-invitation.ts';
import { inviteMember, withdrawInvitation } from './members/invitations.ts';
import { changeRole, listMembers, removeMember } from './members/own-members.ts';
import type { ServiceContext } from './service-context.ts';

/** Runs `work` for the caller that a secret belongs to, or answers that there is none. */
type WithCaller = <T>(
  secret: string,
  work: (caller: AuthenticatedCaller) => Promise<T>,
) => Promise<T | { readonly valid: false }>;

const valid = <T extends object>(result: T): T & { readonly valid: true } => ({ ...result, valid: true });

/** The handlers. */
export function createPeopleHandlers(
  context: ServiceContext,
  { withCaller, reading }: { readonly withCaller: WithCaller; readonly reading: WithCaller },
): Handlers<typeof peopleMethods> {
  const answering =
    (guard: WithCaller) =>
    <T extends object>(
      secret: string,
      work: (caller: AuthenticatedCaller) => Promise<T>,
    ): Promise<(T & { readonly valid: true }) | { readonly valid: false }> =>
      guard(secret, async (caller) => valid(await work(caller)));
  const forCaller = answering(withCaller);
  /** For tokens of the scope `read` only; sessions have all scopes. */
  const forReader = answering(reading);
  return {
    'passkey.beginSignIn': (asked) => beginPasskeySignIn(context, asked),
    'session.finish': (answer) => finishSession(context, answer),
    'secondFactor.describe': ({ session }) =>
      forReader(session, async (caller) => ({ factors: await describeOwnFactors(context, caller) })),
    'totp.begin': ({ session, password }) =>
      forCaller(session, (caller) => beginOwnTotp(context, caller, password)),
    'totp.confirm': ({ session, ...answer }) =>
      forCaller(session, (caller) => confirmOwnTotp(context, caller, answer)),
    'totp.remove': ({ session, password }) =>
      forCaller(session, (caller) => removeOwnTotp(context, caller, password)),
    'recoveryCodes.renew': ({ session, password }) =>
      forCaller(session, (caller) => renewOwnRecoveryCodes(context, caller, password)),
    'passkey.beginRegistration': ({ session, password }) =>
      forCaller(session, (caller) => beginOwnPasskey(context, caller, password)),
    'passkey.register': ({ session, ...answer }) =>
      forCaller(session, (caller) => registerOwnPasskey(context, caller, answer)),
    'passkey.remove': ({ session, ...which }) =>
      forCaller(session, (caller) => removeOwnPasskey(context, caller, which)),
    'profile.describe': ({ session }) =>
      forReader(session, async (caller) => ({ profile: await describeProfile(context, caller) })),
    'profile.update': ({ session, ...wanted }) =>
      forCaller(session, (caller) => updateProfile(context, caller, wanted)),
    'email.request': ({ session, ...wanted }) =>
      forCaller(session, (caller) => requestEmail(context, caller, wanted)),
    'email.confirm': ({ token }) => confirmEmail(context, token),
    'password.change': ({ session, ...wanted }) =>
      forCaller(session, (caller) => changePassword(context, caller, wanted)),
    'password.requestReset': async (request) => context.resetRequests.take(context, request),
    'password.describeReset': ({ token }) => describeReset(context, token),
    'password.reset': (wanted) => resetPassword(context, wanted),
    'session.list': ({ session }) =>
      forReader(session, async (caller) => ({ sessions: await listSessionsOf(context, caller) })),
    'session.end': ({ session, id }) => forCaller(session, (caller) => endOwnSession(context, caller, id)),
    'session.endOthers': ({ session }) => forCaller(session, (caller) => endOtherSessions(context, caller)),
    'member.list': ({ session, ...page }) =>
      forReader(session, (caller) => listMembers(context, caller, page)),
    'member.invite': ({ session, ...wanted }) =>
      forCaller(session, (caller) => inviteMember(context, caller, wanted)),
    'member.changeRole': ({ session, ...wanted }) =>
      forCaller(session, (caller) => changeRole(context, caller, wanted)),
    'member.remove': ({ session, id }) => forCaller(session, (caller) => removeMember(context, caller, id)),
    'invitation.withdraw': ({ session, id }) =>
      forCaller(session, (caller) => withdrawInvitation(context, caller, id)),
    'invitation.describe': ({ token }) => describeInvitation(context, token),
    'invitation.accept': (accepted) => acceptInvitation(context, accepted),
  };
}
