// Mails in English. Called by compose-mail.ts.
import type { MailTexts, MailedEnding, NoticeEvent } from '../mail-draft.ts';
import { dayOf, momentOf } from './moments.ts';

const events: Readonly<Record<NoticeEvent, string>> = {
  password_changed: 'Its password was changed.',
  password_reset: 'Its password was set anew with a link from a mail.',
  address_changed: 'Its e-mail address was changed; this one is not used any more.',
  factor_added: 'A second factor was added: from now on, a password alone does not sign in.',
  factor_removed: 'A second factor was removed.',
  factors_reset: 'All its second factors were removed by the vendor.',
  recovery_code_used: 'Somebody signed in with one of its recovery codes.',
  recovery_codes_renewed: 'It got new recovery codes; the older ones have stopped working.',
  provider_linked: 'It was linked to an identity provider: whoever signs in there as you gets in here.',
  provider_unlinked: 'Its link to an identity provider was removed.',
  second_step_failed:
    'Somebody gave the right password, and then wrong codes. If that was not you, change the password.',
};

const endingNames: Readonly<Record<MailedEnding['kind'], string>> = {
  licence: 'Licence',
  token: 'Token',
  key: 'SSH key',
};

/** The texts. */
export const englishMails: MailTexts = {
  invitation: ({ account, invitedBy, role, link, days }, vendor) => ({
    subject: `${vendor}: you are invited to ${account}`,
    body: `Hello,

${invitedBy} invites you to fetch the software of ${account} from ${vendor}, as ${role === 'owner' ? 'an owner' : 'a downloader'}.
Choose a name and a password here:

${link}

The link works once, for ${days} days. If you do not expect this, do nothing.`,
  }),
  reset: ({ username, account, link, minutes }, vendor) => ({
    subject: `${vendor}: a new password`,
    body: `Hello,

somebody, perhaps you, wants a new password for the login ${username} (${account}). Choose it here:

${link}

The link works once, for ${minutes} minutes. If that was not you, do nothing: the password stays as it is.`,
  }),
  confirmation: ({ username, link, hours }, vendor) => ({
    subject: `${vendor}: please confirm this address`,
    body: `Hello,

this is to be the e-mail address of the login ${username}. Please confirm it here:

${link}

The link works once, for ${hours} hours. If you do not know that login, do nothing.`,
  }),
  notice: ({ username, account, event, atMs, portal }, vendor) => ({
    subject: `${vendor}: the login ${username} was changed`,
    body: `Hello,

about the login ${username} (${account}), ${momentOf(atMs)}:

${events[event]}

If that was not you, choose a new password at ${portal}/forgotten-password and tell your organization's owner.`,
  }),
  endings: ({ account, endings, portal }, vendor) => ({
    subject: `${vendor}: ${endings.length === 1 ? 'something ends' : `${endings.length} things end`} soon`,
    body: `Hello,

at ${account}, these end soon:

${endings.map(({ kind, name, endAtMs }) => `  ${dayOf(endAtMs)}  ${endingNames[kind]} ${name}`).join('\n')}

What has ended cannot be downloaded, or downloads nothing, any more. Look at it here: ${portal}/`,
  }),
  unused: ({ account, days, credentials, portal }, vendor) => ({
    subject: `${vendor}: not used for ${days} days`,
    body: `Hello,

at ${account}, you have made these, and nothing has logged in with them for ${days} days:

${credentials.map(({ kind, name, lastUsedAtMs }) => `  ${endingNames[kind]} ${name} (${lastUsedAtMs === null ? 'never used' : `last used ${dayOf(lastUsedAtMs)}`})`).join('\n')}

What nobody needs had better go: ${portal}/tokens and ${portal}/ssh-keys. What you keep goes on working. You are told of
each once.`,
  }),
  newKeys: ({ account, appliance, uid, address, atMs, portal }, vendor) => ({
    subject: `${vendor}: an appliance has new keys`,
    body: `Hello,

on ${momentOf(atMs)}, the appliance ${appliance} (${uid}) of ${account} was enrolled anew with a code that ${vendor} made, from
the address ${address}. From now on that machine gets its software and its configuration; the keys that it had are not taken
any more.

If you do not know of a machine that was replaced or set up again, tell us at once. Your appliances: ${portal}/appliances`,
  }),
  portalView: ({ account, username, reason, atMs, portal }, vendor) => ({
    subject: `${vendor}: our support has looked at your portal`,
    body: `Hello,

on ${momentOf(atMs)}, somebody of ${vendor} has looked at the portal of ${account} as ${username} sees it. Nothing can be
changed or downloaded that way. The reason given:

  ${reason}

All such looks are listed here: ${portal}/history/views`,
  }),
  alert: ({ state, severity, text, advice, atMs }, vendor) => ({
    subject: `${vendor}: ${state === 'cleared' ? 'over: ' : severity === 'critical' ? 'critical: ' : ''}${text}`,
    body:
      state === 'cleared'
        ? `Since ${momentOf(atMs)} this needs no looking at any more:\n\n  ${text}`
        : `Since ${momentOf(atMs)} this needs looking at:\n\n  ${text}\n\n${advice}`,
  }),
};
