// Why a wish about a person's own account was not fulfilled, by internal-db's reasons: German.
import type { RefusalsTexts } from '../english/refusals.ts';

/** The texts. */
export const refusalsTexts: RefusalsTexts = {
  reasons: {
    proof_needed:
      'Ihre Anmeldung ist eine Weile her. Geben Sie auch Ihr Passwort ein, oder melden Sie sich neu an.',
    password_wrong: 'Ihr Passwort lautet anders. Geben Sie es noch einmal ein.',
    throttled: 'Das waren zu viele Versuche.',
    password_weak: 'Dieses Passwort ist zu leicht zu erraten. Nehmen Sie ein längeres oder mehrere Wörter.',
    name_taken: 'Diesen Benutzernamen gibt es schon. Wählen Sie einen anderen.',
    name_unusable: 'Ein Benutzername besteht aus Kleinbuchstaben, Ziffern, Punkten und Bindestrichen.',
    address_taken: 'Diese Adresse ist nicht möglich: Jemand in Ihrer Organisation hat sie schon.',
    last_owner: 'Jede Organisation braucht einen Inhaber. Ernennen Sie zuerst jemand anderen.',
    not_found: 'Das gibt es nicht mehr.',
    too_many: 'Mehr sind nicht möglich. Entfernen Sie zuerst etwas.',
    code_wrong: 'Dieser Code gilt jetzt nicht oder wurde schon verwendet. Warten Sie auf den nächsten.',
    unusable: 'Das hat zu lange gedauert oder ist schon geschehen. Beginnen Sie von vorn.',
    mail_off: 'Dieser Dienst versendet keine Mails. Wenden Sie sich an Ihren Anbieter.',
    provider_down:
      'Der Anmeldedienst Ihrer Organisation ist gerade nicht erreichbar. Versuchen Sie es später wieder.',
    provider_required: 'Ihre Organisation meldet sich nur über diesen Dienst an.',
    passkeys_off: 'Dieser Dienst nimmt keine Passkeys.',
  },
  waitFor: (seconds) =>
    `Warten Sie ${seconds === 1 ? 'eine Sekunde' : `${seconds} Sekunden`} und versuchen Sie es wieder.`,
  passkeyRefused: 'Dieser Passkey wurde nicht angenommen. Versuchen Sie es erneut.',
  passkeyCancelled: 'Es wurde kein Passkey verwendet. Versuchen Sie es wieder, wenn Sie so weit sind.',
};
