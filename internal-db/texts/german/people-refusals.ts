// What is refused to people about their own access, and to staff about people. German. Used by people-refusal.ts.
import type { peopleRefusals as Texts } from '../english/people-refusals.ts';

/** Each sentence by its reason. */
export const peopleRefusals: typeof Texts = {
  proof_needed:
    'Ihre Anmeldung ist eine Weile her: Geben Sie auch Ihr Passwort an, oder melden Sie sich neu an.',
  password_wrong: 'Das Passwort ist falsch. Nichts wurde geändert.',
  throttled: 'Das waren zu viele Versuche. Warten Sie eine Weile, und versuchen Sie es dann noch einmal.',
  password_weak: 'Wählen Sie ein längeres Passwort, ohne Namen, die andere kennen.',
  name_taken: 'Diesen Namen hat schon jemand. Wählen Sie einen anderen.',
  name_unusable: 'Ein Name hat Kleinbuchstaben, Ziffern, Punkte und Striche, höchstens 64.',
  address_taken: 'Diese Adresse hat in der Organisation schon jemand.',
  last_owner: 'Das ist der letzte Inhaber. Machen Sie zuerst jemand anderen dazu.',
  not_found: 'Diesen Eintrag gibt es nicht (mehr).',
  too_many: 'Davon gibt es schon zu viele. Entfernen Sie zuerst einen.',
  code_wrong: 'Das passt nicht oder wurde schon benutzt. Versuchen Sie es mit einem neuen.',
  unusable: 'Dieser Link oder dieses Formular wurde schon benutzt oder ist zu alt. Bitten Sie um ein neues.',
  mail_off: 'Von hier kann keine Mail verschickt werden. Fragen Sie den Hersteller.',
  passkeys_off: 'Passkeys sind hier nicht möglich: Das Portal hat keinen eigenen Namen.',
  provider_down:
    'Der Anbieter der Anmeldung ist gerade nicht zu erreichen. Versuchen Sie es später noch einmal.',
  provider_required: 'Ihre Organisation meldet sich nur über diesen Anbieter an.',
};
