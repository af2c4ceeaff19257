// The sign-in page. German.
import type { SignInTexts } from '../english/sign-in.ts';

/** The texts. */
export const signInTexts: SignInTexts = {
  title: 'Anmelden',
  lead: 'Ihre Downloads, bereit, wann immer Sie es sind.',
  username: 'Benutzername',
  password: 'Passwort',
  button: 'Anmelden',
  forgotten: 'Passwort vergessen?',
  noAccount: 'Noch kein Konto? Wenden Sie sich an Ihren Anbieter.',
  refusals: {
    credentials:
      'Benutzername und Passwort passen nicht zusammen. Prüfen Sie beides und versuchen Sie es erneut.',
    throttled: (seconds: number) =>
      `Es gab zu viele Versuche. Warten Sie ${seconds} ${seconds === 1 ? 'Sekunde' : 'Sekunden'} und versuchen Sie es dann erneut.`,
    suspended: 'Dieses Konto ist gesperrt. Wenden Sie sich an Ihren Anbieter.',
    banned: (minutes: number) =>
      `Anmeldungen von Ihrer Netzwerkadresse werden zurzeit abgelehnt. Versuchen Sie es in ${waitText(minutes)} erneut oder wenden Sie sich an Ihren Anbieter.`,
  },
};

function waitText(minutes: number): string {
  if (minutes > 120) return `${Math.ceil(minutes / 60)} Stunden`;
  return minutes === 1 ? 'einer Minute' : `${minutes} Minuten`;
}
