// Why a wish about a person's own account was not fulfilled, by internal-db's reasons: English.
import type { PeopleRefusalReason } from '#commlink/methods/people-fields.ts';

/** The texts. */
export const refusalsTexts = {
  reasons: {
    proof_needed: 'Your sign-in was a while ago. Type your password, too, or sign in again.',
    password_wrong: 'Your password is a different one. Type it again.',
    throttled: 'There were too many attempts.',
    password_weak: 'This password is too easy to guess. Take a longer one, or several words.',
    name_taken: 'Somebody has this user name already. Choose another one.',
    name_unusable: 'A user name is made of lower-case letters, digits, dots and dashes.',
    address_taken: 'This address cannot be used: somebody in your organization has it.',
    last_owner: 'Every organization needs an owner. Make somebody else one first.',
    not_found: 'This is not there any more.',
    too_many: 'There are as many as there may be. Remove one first.',
    code_wrong: 'This code is not the one of this moment, or was used before. Wait for the next one.',
    unusable: 'This took too long, or was done already. Start again.',
    mail_off: 'This service sends no mails. Ask your vendor.',
    provider_down: 'Your organization’s sign-in service cannot be reached now. Try again later.',
    provider_required: 'Your organization signs in by way of this service only.',
    passkeys_off: 'This service does not take passkeys.',
  } satisfies Record<PeopleRefusalReason, string> as Readonly<Record<PeopleRefusalReason, string>>,
  waitFor: (seconds: number) => `Wait ${seconds === 1 ? 'a second' : `${seconds} seconds`}, then try again.`,
  passkeyRefused: 'This passkey was not accepted. Try again.',
  passkeyCancelled: 'No passkey was used. Try again when you are ready.',
};
/** The shape that every language's texts have. */
export type RefusalsTexts = typeof refusalsTexts;
