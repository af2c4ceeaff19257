// What the stand-in for internal-db (fake-backends.ts) answers about people. Each wish is followed, unless a test says
// which refusal it gets; the rules themselves are internal-db's, and tested there and with the real one.
import type { Handlers, ResultOf } from '#commlink/method-table.ts';
import type { internalDbMethods } from '#commlink/methods/internal-db-methods.ts';
import {
  peopleMethods,
  type Invitation,
  type Member,
  type Profile,
} from '#commlink/methods/people-methods.ts';
import type { PeopleRefusal } from '#commlink/methods/people-fields.ts';
import type { SecondFactors, SecondStep } from '#commlink/methods/second-factor-methods.ts';
import type { SessionOwner } from '#commlink/methods/session-owner.ts';

type Db = typeof internalDbMethods;
type PeopleHandlers = Pick<Handlers<Db>, keyof typeof peopleMethods>;

/** What the stand-in has beside: whose session it is, and how one is opened. */
interface FakeSessions {
  readonly owner: (session: string) => SessionOwner;
  readonly isLive: (session: string) => boolean;
  readonly open: () => string;
}

/** The mailed link that is good; every other one is unusable. */
export const goodLink = 'link-of-the-mail';
/** The second factor's code that is right. */
export const goodCode = '123456';
/** The codes that are shown once. */
export const recoveryCodes = ['k7fd-93mz-qq0x', 'a1b2-c3d4-e5f6'];

const unusable: PeopleRefusal = {
  done: false,
  reason: 'unusable',
  explanation: 'Used or too old.',
  retryAfterMs: 0,
};
const wrongCode: PeopleRefusal = { ...unusable, reason: 'code_wrong', explanation: 'Not this code.' };
const ids = { member: 'usr_BBBBBBBBBBBBBBBBBBBBBB', invitation: 'inv_AAAAAAAAAAAAAAAAAAAAAA' };

/** The people that the stand-in knows, and what it says of them; tests change it as they like. */
export class FakePeople {
  /** Ends every wish while it is set. */
  refusal: PeopleRefusal | null = null;
  /** Whether owners are asked for their password. */
  proofNeeded = false;
  /** What the next sign-ins are asked for beside the password. */
  step: SecondStep | null = null;
  profile: Profile = {
    name: 'ada',
    displayName: 'Ada <b>Lovelace</b>',
    role: 'owner',
    email: 'ada@analytical.example',
    pendingEmail: null,
    language: 'en',
    createdAtMs: Date.UTC(2026, 0, 2),
  };
  factors: SecondFactors = {
    totpSinceMs: null,
    recoveryCodesLeft: 0,
    passkeys: [],
    passkeysPossible: true,
  };
  members: Member[] = [
    { ...memberNamed('ada'), role: 'owner' },
    { ...memberNamed('charles'), id: ids.member, hasSecondFactor: true, lastSignInAtMs: Date.now() },
  ];
  invitations: Invitation[] = [];

  handlers(sessions: FakeSessions): PeopleHandlers {
    const read = <A extends object>(session: string, answer: () => A) =>
      sessions.isLive(session) ? { valid: true as const, ...answer() } : { valid: false as const };
    const wish = <A extends object>(session: string, answer: () => A) =>
      read(session, () => this.refusal ?? { done: true as const, ...answer() });
    return {
      ...this.#visitorHandlers(sessions),
      ...this.#factorHandlers(read, wish),
      ...this.#memberHandlers(read, wish),
      'profile.describe': async ({ session }) => read(session, () => ({ profile: this.profile })),
      'profile.update': async ({ session, displayName, language }) =>
        wish(session, () => {
          this.profile = { ...this.profile, displayName, language };
          return { profile: this.profile };
        }),
      'email.request': async ({ session, email }) =>
        wish(session, () => {
          this.profile = { ...this.profile, pendingEmail: email };
          return {};
        }),
      'password.change': async ({ session }) => wish(session, () => ({ endedSessionCount: 1 })),
      'session.list': async ({ session }) =>
        read(session, () => ({ sessions: [ownSession('A', true), ownSession('B', false)] })),
      'session.end': async ({ session }) => wish(session, () => ({})),
      'session.endOthers': async ({ session }) => wish(session, () => ({ endedSessionCount: 1 })),
    };
  }

  #visitorHandlers(sessions: FakeSessions) {
    const link = <A extends object>(token: string, answer: () => A) =>
      token === goodLink ? { done: true as const, ...answer() } : unusable;
    const opened = () => {
      const session = sessions.open();
      return { opened: true as const, session, owner: sessions.owner(session) };
    };
    return {
      'email.confirm': async ({ token }) => link(token, () => ({ email: 'ada@new.example' })),
      'password.requestReset': async () => this.refusal ?? { done: true },
      'password.describeReset': async ({ token }) =>
        link(token, () => ({ username: 'ada', expiresAtMs: Date.now() + 60_000 })),
      'password.reset': async ({ token }) => this.refusal ?? link(token, () => ({ username: 'ada' })),
      'invitation.describe': async ({ token }) =>
        link(token, () => ({
          accountDisplayName: 'Analytical <Engines> Ltd',
          email: 'grace@analytical.example',
          role: 'downloader' as const,
          suggestedUsername: 'grace',
          expiresAtMs: Date.now() + 60_000,
        })),
      'invitation.accept': async ({ token }) => this.refusal ?? link(token, () => ({ signIn: opened() })),
      'passkey.beginSignIn': async () =>
        this.refusal ?? { done: true, challenge: 'passkey-challenge', options: '{"challenge":"AAAA"}' },
      'session.finish': async ({ proof }) =>
        proof.kind !== 'passkey' && proof.code === goodCode
          ? opened()
          : { opened: false, reason: 'code_wrong', retryAfterMs: 0 },
    } satisfies Partial<PeopleHandlers>;
  }

  #factorHandlers(read: Reader, wish: Wisher) {
    const passkey = {
      id: 'psk_AAAAAAAAAAAAAAAAAAAAAA',
      name: 'My laptop',
      createdAtMs: 0,
      lastUsedAtMs: null,
    };
    return {
      'secondFactor.describe': async ({ session }) => read(session, () => ({ factors: this.factors })),
      'totp.begin': async ({ session }) =>
        wish(session, () => ({
          challenge: 'totp-challenge',
          uri: 'otpauth://totp/Consign:ada?secret=JBSWY3DPEHPK3PXP&issuer=Consign',
          secret: 'JBSWY3DPEHPK3PXP',
        })),
      'totp.confirm': async ({ session, code }) =>
        read(session, () => (code === goodCode ? { done: true as const, recoveryCodes } : wrongCode)),
      'totp.remove': async ({ session }) => wish(session, () => ({})),
      'recoveryCodes.renew': async ({ session }) => wish(session, () => ({ recoveryCodes })),
      'passkey.beginRegistration': async ({ session }) =>
        wish(session, () => ({ challenge: 'passkey-challenge', options: '{"challenge":"AAAA"}' })),
      'passkey.register': async ({ session }) => wish(session, () => ({ passkey, recoveryCodes: null })),
      'passkey.remove': async ({ session }) => wish(session, () => ({})),
    } satisfies Partial<PeopleHandlers>;
  }

  #memberHandlers(read: Reader, wish: Wisher) {
    return {
      'member.list': async ({ session }) =>
        read(session, () => ({
          members: this.members,
          invitations: this.invitations,
          proofNeeded: this.proofNeeded,
          next: null,
        })),
      'member.invite': async ({ session, email, role }) =>
        wish(session, () => {
          const times = { createdAtMs: Date.now(), expiresAtMs: Date.now() + 7 * 86_400_000 };
          const invitation = { id: ids.invitation, email, role, invitedBy: 'Ada', ...times };
          this.invitations.push(invitation);
          return { invitation };
        }),
      'invitation.withdraw': async ({ session }) => wish(session, () => ({})),
      'member.changeRole': async ({ session }) => wish(session, () => ({})),
      'member.remove': async ({ session }) => wish(session, () => ({})),
    } satisfies Partial<PeopleHandlers>;
  }
}

type Reader = <A extends object>(
  session: string,
  answer: () => A,
) => { valid: false } | ({ valid: true } & A);
type Wisher = <A extends object>(
  session: string,
  answer: () => A,
) => { valid: false } | ({ valid: true } & (PeopleRefusal | ({ done: true } & A)));

function memberNamed(name: string): Member {
  return {
    id: 'usr_AAAAAAAAAAAAAAAAAAAAAA',
    name,
    displayName: `<i>${name}</i>`,
    role: 'downloader',
    email: `${name}@analytical.example`,
    hasSecondFactor: false,
    lastSignInAtMs: null,
    createdAtMs: 0,
  };
}

function ownSession(letter: string, isCurrent: boolean) {
  const client = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0';
  const times = { createdAtMs: 0, lastUsedAtMs: Date.now(), expiresAtMs: Date.now() + 3_600_000 };
  return { id: `ses_${letter.repeat(22)}`, isCurrent, address: '192.0.2.7', client, ...times };
}

/** What a sign-in is told that is not complete yet. */
export function secondFactorAnswer(step: SecondStep): ResultOf<Db, 'session.open'> {
  return { opened: false, reason: 'second_factor', retryAfterMs: 0, step };
}
