// The audit log. German.
import type { auditTexts as Texts } from '../english/audit.ts';

/** The texts. */
export const auditTexts: typeof Texts = {
  title: 'Audit-Protokoll',
  lead: 'Alles, was entschieden oder geändert wurde, von wem und warum. Es wächst nur, und jeder Eintrag versiegelt den davor.',
  filter: {
    actor: 'Wer',
    actorHint: 'Etwa staff:ann',
    action: 'Was',
    actionHint: 'Etwa entitlement.grant',
    subject: 'Woran',
    subjectHint: 'Das erste Wort davon, etwa der Name eines Kontos',
    from: 'Von',
    to: 'Bis, dieser Tag eingeschlossen',
    toField: 'Bis',
    show: 'Zeigen',
    reversed: 'Der letzte Tag liegt vor dem ersten.',
  },
  entries: 'Einträge',
  list: {
    caption: 'Einträge, die neuesten zuerst',
    number: 'Nr.',
    when: 'Wann',
    what: 'Was und wer',
    subject: 'Woran',
    detail: 'Einzelheiten',
    empty: 'Kein Eintrag passt.',
    pages: 'Seiten des Protokolls',
    newest: 'Neueste Einträge',
    older: 'Ältere Einträge',
  },
  take: {
    heading: 'Mitnehmen',
    what: 'Die Einträge, die der Filter oben durchlässt, die neuesten zuerst, als Datei.',
    csv: 'CSV',
    jsonLines: 'JSON Lines',
  },
  verify: {
    heading: 'Prüfen',
    what: 'Berechnet jedes Siegel neu. Das dauert einige Sekunden je Million Einträge.',
    button: 'Die ganze Kette prüfen',
  },
};
