// Mails in German, typed by the English ones. Called by compose-mail.ts.
import { englishMails } from './english.ts';
import type { MailTexts, MailedEnding, NoticeEvent } from '../mail-draft.ts';
import { dayOf, momentOf } from './moments.ts';

const events: Readonly<Record<NoticeEvent, string>> = {
  password_changed: 'Das Passwort wurde geändert.',
  password_reset: 'Das Passwort wurde über einen Link aus einer E-Mail neu gesetzt.',
  address_changed: 'Die E-Mail-Adresse wurde geändert; diese hier wird nicht mehr verwendet.',
  factor_added: 'Ein zweiter Faktor ist dazugekommen: Das Passwort allein genügt ab jetzt nicht mehr.',
  factor_removed: 'Ein zweiter Faktor wurde entfernt.',
  factors_reset: 'Der Anbieter hat alle zweiten Faktoren entfernt.',
  recovery_code_used: 'Jemand hat sich mit einem Ihrer Wiederherstellungscodes angemeldet.',
  recovery_codes_renewed: 'Es gibt neue Wiederherstellungscodes; die früheren gelten nicht mehr.',
  provider_linked:
    'Er wurde mit einem Anmeldedienst verknüpft: Wer sich dort als Sie anmeldet, kommt hier hinein.',
  provider_unlinked: 'Die Verknüpfung mit einem Anmeldedienst wurde entfernt.',
  second_step_failed:
    'Jemand hat das richtige Passwort und dann falsche Codes eingegeben. Waren Sie das nicht, ändern Sie bitte das Passwort.',
};

const endingNames: Readonly<Record<MailedEnding['kind'], string>> = {
  licence: 'Lizenz',
  token: 'Token',
  key: 'SSH-Schlüssel',
};

/** The texts. */
export const germanMails: MailTexts = {
  invitation: ({ account, invitedBy, role, link, days }, vendor) => ({
    subject: `${vendor}: Einladung zu ${account}`,
    body: `Guten Tag,

${invitedBy} lädt Sie ein, die Software von ${account} bei ${vendor} zu beziehen${role === 'owner' ? ' und das Konto mit zu verwalten' : ''}.
Wählen Sie hier einen Namen und ein Passwort:

${link}

Der Link gilt einmal, ${days} Tage lang. Wenn Sie damit nichts anfangen können, brauchen Sie nichts zu tun.`,
  }),
  reset: ({ username, account, link, minutes }, vendor) => ({
    subject: `${vendor}: neues Passwort`,
    body: `Guten Tag,

jemand, vielleicht Sie selbst, möchte ein neues Passwort für die Anmeldung ${username} (${account}). Wählen Sie es hier:

${link}

Der Link gilt einmal, ${minutes} Minuten lang. Waren Sie das nicht, brauchen Sie nichts zu tun: Das Passwort bleibt, wie es ist.`,
  }),
  confirmation: ({ username, link, hours }, vendor) => ({
    subject: `${vendor}: Bitte bestätigen Sie diese Adresse`,
    body: `Guten Tag,

dies soll die E-Mail-Adresse der Anmeldung ${username} werden. Bitte bestätigen Sie sie hier:

${link}

Der Link gilt einmal, ${hours} Stunden lang. Kennen Sie diese Anmeldung nicht, brauchen Sie nichts zu tun.`,
  }),
  notice: ({ username, account, event, atMs, portal }, vendor) => ({
    subject: `${vendor}: Änderung an der Anmeldung ${username}`,
    body: `Guten Tag,

zur Anmeldung ${username} (${account}), ${momentOf(atMs)}:

${events[event]}

Waren Sie das nicht, setzen Sie unter ${portal}/forgotten-password ein neues Passwort und wenden Sie sich an den Inhaber Ihres Kontos.`,
  }),
  endings: ({ account, endings, portal }, vendor) => ({
    subject: `${vendor}: bald zu Ende`,
    body: `Guten Tag,

bei ${account} läuft bald ab:

${endings.map(({ kind, name, endAtMs }) => `  ${dayOf(endAtMs)}  ${endingNames[kind]} ${name}`).join('\n')}

Danach lässt sich damit nichts mehr herunterladen. Hier sehen Sie es: ${portal}/`,
  }),
  unused: ({ account, days, credentials, portal }, vendor) => ({
    subject: `${vendor}: seit ${days} Tagen nicht benutzt`,
    body: `Guten Tag,

bei ${account} haben Sie dies angelegt, und seit ${days} Tagen hat sich nichts damit angemeldet:

${credentials.map(({ kind, name, lastUsedAtMs }) => `  ${endingNames[kind]} ${name} (${lastUsedAtMs === null ? 'nie benutzt' : `zuletzt benutzt ${dayOf(lastUsedAtMs)}`})`).join('\n')}

Was niemand braucht, entfernen Sie besser: ${portal}/tokens und ${portal}/ssh-keys. Was Sie behalten, gilt weiter. Zu jedem
schreiben wir Ihnen einmal.`,
  }),
  newKeys: ({ account, appliance, uid, address, atMs, portal }, vendor) => ({
    subject: `${vendor}: ein Gerät hat neue Schlüssel`,
    body: `Guten Tag,

am ${momentOf(atMs)} wurde das Gerät ${appliance} (${uid}) von ${account} mit einem Code, den ${vendor} ausgestellt hat, von der
Adresse ${address} aus neu angemeldet. Ab jetzt bekommt diese Maschine seine Software und Konfiguration; die bisherigen
Schlüssel gelten nicht mehr.

Wenn Sie von keiner ersetzten oder neu aufgesetzten Maschine wissen, sagen Sie uns bitte sofort Bescheid. Ihre Geräte: ${portal}/appliances`,
  }),
  portalView: ({ account, username, reason, atMs, portal }, vendor) => ({
    subject: `${vendor}: unser Support hat Ihr Portal angesehen`,
    body: `Guten Tag,

am ${momentOf(atMs)} hat jemand von ${vendor} das Portal von ${account} so angesehen, wie ${username} es sieht. Ändern oder
herunterladen lässt sich dabei nichts. Als Grund wurde angegeben:

  ${reason}

Alle solchen Einblicke stehen hier: ${portal}/history/views`,
  }),
  // What needs looking at is for operators, whose words are English.
  alert: englishMails.alert,
};
