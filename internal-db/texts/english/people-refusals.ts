// What is refused to people about their own access, and to staff about people. English. Used by people-refusal.ts.
import type { PeopleRefusalReason } from '#commlink/methods/people-fields.ts';

/** Each sentence by its reason. */
export const peopleRefusals: Readonly<Record<PeopleRefusalReason, string>> = {
  proof_needed: 'Your sign-in was a while ago: give your password, too, or sign in again.',
  password_wrong: 'The password is wrong. Nothing was changed.',
  throttled: 'There were too many attempts. Wait a while, then try again.',
  password_weak: 'Choose a longer password, without names that others know.',
  name_taken: 'Somebody has that name already. Choose another one.',
  name_unusable: 'A name has lower-case letters, digits, dots and dashes, 64 at most.',
  address_taken: 'Somebody in your organization has that address already.',
  last_owner: 'This is the last owner. Make somebody else an owner first.',
  not_found: 'There is no such entry (any more).',
  too_many: 'There are too many of them already. Remove one first.',
  code_wrong: 'That does not fit, or was used already. Try again with a new one.',
  unusable: 'This link or form was used already, or is too old. Ask for a new one.',
  mail_off: 'No mail can be sent from here. Ask the vendor.',
  passkeys_off: 'Passkeys are not possible here: the portal has no name of its own.',
  provider_down: 'The identity provider cannot be reached now. Try again later.',
  provider_required: 'Your organization signs in by way of this provider only.',
};
