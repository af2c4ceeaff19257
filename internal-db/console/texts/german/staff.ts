// Staff: who they are, and the changes that one of them proposes and another approves. German.
import { html } from '#commlink/pages/html.ts';
import type { approvalsTexts as ApprovalsTexts, staffTexts as StaffTexts } from '../english/staff.ts';

/** The texts of the page of staff. */
export const staffTexts: typeof StaffTexts = {
  title: 'Mitarbeitende',
  roles: {
    support: 'Support: Kunden, Berechtigungen, Lieferungen',
    'release-manager': 'Release-Manager: Produkte und Versionen',
    operator: 'Operator: alles',
    auditor: 'Auditor: sieht alles, ändert nichts',
  },
  list: {
    caption: 'Mitarbeitende',
    name: 'Name',
    role: 'Rolle',
    secondFactor: 'Zweiter Faktor',
    since: 'Seit',
    change: 'Ändern',
    empty: 'Es gibt niemanden.',
    setUp: 'eingerichtet',
    notYet: 'noch nicht',
    left: 'ausgeschieden',
  },
  created: (name, password) =>
    html`<p>
      <strong>${name} darf sich anmelden.</strong> Das erste Passwort, nur jetzt gezeigt: ${password}
    </p>`,
  password: 'Passwort',
  add: {
    heading: 'Jemand Neues',
    name: 'Name für die Anmeldung',
    nameHint: 'Kleinbuchstaben, Ziffern, Punkte und Bindestriche',
    displayName: 'Voller Name',
    role: 'Rolle',
    button: 'Hinzufügen',
  },
  change: {
    reason: 'Grund',
    role: 'Rolle ändern',
    factorHint: 'Die Sitzungen und API-Tokens enden, und die Verknüpfungen mit Anmeldediensten.',
    factor: 'Zweiten Faktor entfernen',
    end: (name) => `Zugang von ${name} beenden`,
    readmit: (name) => `${name} wieder anmelden lassen`,
    own: 'Bitten Sie jemand anderes, Ihren eigenen Zugang zu ändern.',
    done: 'Geändert.',
  },
};

const factWords = new Map(
  Object.entries({
    'It cannot be done now': 'Das geht jetzt nicht',
    Release: 'Version',
    'State now': 'Zustand jetzt',
    'Customers who have it': 'Kunden, die sie haben',
    'Deliveries that end': 'Lieferungen, die enden',
    'As of': 'Stand',
    Grants: 'Erteilungen',
    Extensions: 'Verlängerungen',
    Revocations: 'Rücknahmen',
    Customers: 'Kunden',
    'Agreements that nobody can accept yet': 'Verträge, denen noch niemand zustimmen kann',
    Customer: 'Kunde',
    New: 'Neu',
    Role: 'Rolle',
    'New role': 'Neue Rolle',
    'Member of staff': 'Wer',
    'Role now': 'Rolle jetzt',
    'May sign in now': 'Darf sich jetzt anmelden',
    Person: 'Person',
    yes: 'ja',
    no: 'nein',
    active: 'aktiv',
    suspended: 'ausgesetzt',
    draft: 'Entwurf',
    published: 'veröffentlicht',
    withdrawn: 'zurückgezogen',
  }),
);

/** The texts of the pages of proposals. */
export const approvalsTexts: typeof ApprovalsTexts = {
  title: 'Freigaben',
  lead: 'Änderungen, die jemand vorschlägt und jemand anderes freigibt. Welche, sagt die Einstellung console.secondPerson.',
  states: {
    open: 'wartet',
    approved: 'freigegeben',
    declined: 'abgelehnt',
    withdrawn: 'zurückgezogen',
    expired: 'abgelaufen',
  },
  list: {
    caption: 'Vorschläge',
    change: 'Änderung',
    state: 'Zustand',
    by: 'Von',
    proposed: 'Vorgeschlagen',
    decided: 'Entschieden',
    empty: 'Es wurde noch nichts vorgeschlagen.',
    pages: 'Seiten der Vorschläge',
    first: 'Erste Seite',
    older: 'Ältere',
  },
  facts: {
    state: 'Zustand',
    proposed: 'Vorgeschlagen',
    reason: 'Grund',
    until: 'Freizugeben bis',
    decided: 'Entschieden',
    by: (who, when) => html`von ${who}, ${when}`,
  },
  preview: {
    heading: 'Was jetzt geschähe',
    table: 'Die Tabelle',
    word: (fact) => factWords.get(fact) ?? fact,
  },
  decision: {
    heading: 'Entscheidung',
    nobodyElse: html`<p>Niemand sonst darf es freigeben. Es muss jemand mit dieser Befugnis dazukommen.</p>`,
    by: (names) => html`<p>Freigeben darf es: ${names}.</p>`,
    approve: 'Freigeben: Es geschieht sofort',
    decline: 'Ablehnen',
    withdraw: 'Vorschlag zurückziehen',
  },
  halves: {
    what: 'Passwort',
    first: (half) =>
      html`<p>Die erste Hälfte des ersten Passworts, Ihnen gezeigt bis zur Freigabe: ${half}</p>`,
    second: (half) => html`<p>Die zweite Hälfte des ersten Passworts, nur jetzt gezeigt: ${half}</p>`,
    whose: html`<p>
      Wer es vorgeschlagen hat, hat die erste Hälfte, wer es freigibt, die zweite; dazwischen kommt ein
      Bindestrich. Beide geben ihre Hälfte nur der neuen Person.
    </p>`,
  },
  done: {
    proposed: 'Es ist vorgeschlagen, und noch hat sich nichts geändert: Jemand anderes muss es freigeben.',
    approved: 'Es ist freigegeben und getan.',
    ended: 'Es wird nicht getan.',
  },
};
