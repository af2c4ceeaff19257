// Live sessions, and networks that may not log in. German.
import { html } from '#commlink/pages/html.ts';
import type {
  bansTexts as BansTexts,
  guardDoneTexts as GuardDoneTexts,
  sessionsTexts as SessionsTexts,
} from '../english/guard.ts';

/** The texts of the page of sessions. */
export const sessionsTexts: typeof SessionsTexts = {
  title: 'Laufende Sitzungen',
  lead: 'Wer gerade mit den Lieferknoten verbunden ist, und was übertragen wird.',
  account: 'Konto',
  everyAccount: 'jedes Konto',
  node: 'Knoten',
  everyNode: 'jeder Knoten',
  show: 'Zeigen',
  draining: 'läuft aus',
  notAsked: 'Er ist gerade nicht zu fragen.',
  caption: (node) => `Sitzungen an ${node}`,
  who: 'Wer',
  by: 'Über',
  since: 'Seit',
  transfer: 'Übertragung',
  cut: 'Trennen',
  empty: 'Niemand ist verbunden.',
  more: (count) => `${count} weitere stehen hier nicht. Fragen Sie nach einem Konto.`,
  beforeLogin: 'vor der Anmeldung',
  idle: (since) => (since === null ? html`untätig` : html`untätig seit ${since}`),
  andMore: (count) => `und ${count} weitere`,
  progress: (sent, whole, perSecond) => html`${sent} von ${whole}, ${perSecond}/s`,
  reason: 'Grund',
  reasonToCut: (who) => `Grund, ${who} zu trennen`,
};

/** The texts of the page of bans. */
export const bansTexts: typeof BansTexts = {
  title: 'Sperren',
  lead: 'Netze, aus denen sich niemand anmelden darf, an keinem Knoten und nicht am Portal.',
  behind: (nodes) =>
    html`<p>Noch nicht bei ${nodes}: Dort kommt die Liste an, sobald die Verbindung wieder steht.</p>`,
  inForce: 'Geltende Sperren',
  caption: 'Geltende Sperren, die neuesten zuerst',
  network: 'Netz',
  why: 'Warum',
  by: 'Von',
  since: 'Seit',
  until: 'Bis',
  lift: 'Aufheben',
  empty: 'Kein Netz ist gesperrt.',
  reason: 'Grund',
  reasonToLift: (network) => `Grund, ${network} freizugeben`,
  add: {
    heading: 'Ein Netz sperren',
    networkHint: 'Etwa 203.0.113.7, 203.0.113.0/24 oder 2001:db8:0:1::/64.',
    for: 'Für',
    times: { 1: 'eine Stunde', 24: 'einen Tag', 168: 'eine Woche' },
    button: 'Sperren',
  },
};

/** What these pages say after the browser was sent back. */
export const guardDoneTexts: typeof GuardDoneTexts = {
  cut: 'Die Sitzung ist beendet.',
  banned: 'Es ist gesperrt, an jedem Knoten, der geantwortet hat.',
  lifted: 'Die Sperre ist aufgehoben, und die fehlgeschlagenen Anmeldungen sind vergessen.',
};
