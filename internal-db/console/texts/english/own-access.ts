// One’s own page on the console: second factors, password; and one’s own tokens for its API. English.
import { html, type Html } from '#commlink/pages/html.ts';

/** The texts of the page of one’s own sign-in. */
export const ownAccessTexts = {
  title: 'Your sign-in',
  /** Since when something is there, and when it was used. */
  sinceAndUsed: (since: Html, lastUsed: Html | null) =>
    html`since ${since} · ${lastUsed === null ? 'not used yet' : html`last used ${lastUsed}`}`,
  done: {
    password: 'The password is changed, and your other sessions have ended.',
    factor: 'Your second factors are changed.',
  },
  onlyFactor: 'This is your only second factor. Set up another one first.',
  presentPassword: 'Present password',
  app: {
    heading: 'Authenticator app',
    since: (day: Html) => html`since ${day}`,
    none: 'none',
    setUp: 'Set up an app',
    setUpAnother: 'Set up another app',
    remove: 'Remove the app',
    newTitle: 'Set up an authenticator app',
    newLead: 'It takes the place of the app that you have, once you have confirmed it with a code.',
    confirm: 'Confirm',
  },
  passkeys: {
    heading: 'Passkeys',
    none: 'None yet.',
    name: 'Name',
    nameHint: 'Where it is, like “Laptop”.',
    add: 'Add a passkey',
    remove: 'Remove',
    removeNamed: (name: string) => `Remove the passkey ${name}`,
    needAddress: 'Passkeys need a name for the console: the setting console.publicUrl.',
    newTitle: (name: string) => `Make the passkey ${name}`,
    make: 'Make the passkey',
  },
  recovery: {
    heading: 'Recovery codes',
    left: 'Recovery codes left',
    few: html`<p>Few recovery codes are left. Make new ones.</p>`,
    oldOnesStop: 'The recovery codes that you have now stop working.',
    renew: 'Make new recovery codes',
  },
  providers: 'Identity providers',
  password: {
    heading: 'Password',
    new: 'New password',
    newHint: (min: number) => `${min} characters at least. Several words are easier to keep in mind.`,
    whatEnds:
      'Wherever else you are signed in to the console, you are signed out, and your API tokens are revoked.',
    change: 'Change the password',
    tooEasy: 'The new password is too easy to guess. Take a longer one, or several words.',
    wrong: 'The present password is not right.',
    tooLongAgo: 'Your sign-in was a while ago: give your password, or sign in again.',
  },
};

/** The texts of the page of one’s own tokens. */
export const tokensTexts = {
  title: 'Your API tokens',
  lead: 'With a token, a program uses the API in your name: it may do what your role allows at that moment, and no more.',
  api: 'How the API is called',
  revoked: 'It is revoked.',
  list: {
    caption: 'Your tokens',
    name: 'Name',
    may: 'May',
    until: 'Valid until',
    lastUsed: 'Last used',
    never: 'never',
    revoke: 'Revoke',
    revokeNamed: (name: string) => `Revoke ${name}`,
    empty: 'You have no tokens.',
  },
  created: (name: string) =>
    html`<p><strong>${name} is made.</strong> Copy the token now; it is shown only here.</p>`,
  secret: 'token',
  add: {
    heading: 'A new token',
    name: 'What it is for',
    scope: 'It may',
    scopes: { read: 'look', write: 'look and change' },
    days: 'Days that it is valid',
    password: 'Your password',
    passwordHint: 'Who has just signed in with an identity provider may leave it empty.',
    button: 'Make it',
  },
};
