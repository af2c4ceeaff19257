// Licence agreements, which entitlements can ask for. German.
import { html } from '#commlink/pages/html.ts';
import type { licencesTexts as Texts } from '../english/licences.ts';

/** The texts. */
export const licencesTexts: typeof Texts = {
  title: 'Lizenztexte',
  lead: 'Verträge, die eine Berechtigung verlangen kann. Ein Text ändert sich nie: Was neu ist, ist eine weitere Version.',
  all: 'Alle Versionen',
  list: {
    caption: 'Lizenzverträge nach Version',
    agreement: 'Vertrag',
    version: 'Version',
    title: 'Titel',
    from: 'Gültig ab',
    by: 'Hinzugefügt von',
    empty: 'Es gibt noch keinen Text.',
    pages: 'Seiten der Verträge',
    first: 'Erste',
    more: 'Weitere',
  },
  one: {
    state: 'Zustand',
    inForce: 'gültig',
    notInForce: 'nicht gültig',
    from: 'Gültig ab',
    added: 'Hinzugefügt',
    addedBy: (when, who) => html`${when} von ${who}`,
    text: 'Text',
  },
  add: {
    heading: 'Eine neue Version',
    agreement: 'Vertrag',
    agreementHint:
      'Der Name, unter dem Berechtigungen ihn verlangen: Kleinbuchstaben, Ziffern, Punkt und Bindestrich.',
    version: 'Version',
    versionHint: 'Etwa 2 oder 2026-12.',
    title: 'Titel',
    from: 'Gültig ab',
    fromHint: 'Ohne Tag: ab jetzt. Wer einer früheren Version zugestimmt hat, stimmt von da an neu zu.',
    text: 'Text',
    textHint: 'Markdown. Längere mit: consign licence add.',
    button: 'Diese Version hinzufügen',
  },
  added: 'Die Version ist hinzugefügt.',
  noVersion: (version, agreement) => `Es gibt keine Version ${version} von ${agreement}.`,
};
