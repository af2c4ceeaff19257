// The pages of licence agreements. German.
import { html } from '#commlink/pages/html.ts';
import type { LicencesTexts } from '../english/licences.ts';

/** The texts. */
export const licencesTexts: LicencesTexts = {
  title: 'Lizenzverträge',
  lead: 'Welchen Ihre Organisation zugestimmt hat, und welchen vor einem Download noch zuzustimmen ist.',
  nothing: 'Nichts von Ihnen verlangt einen Lizenzvertrag.',
  version: (version) => `Fassung ${version}`,
  states: {
    accepted: 'Zugestimmt',
    needed: 'Zustimmung fehlt',
    announced: 'Gilt bald',
    without_text: 'Vermerkt Ihr Anbieter',
  },
  acceptedOn: (when) => html`Zugestimmt ${when}`,
  inForceFrom: (day) => html`gilt ab ${day}`,
  read: 'Lesen',
  readAndAccept: 'Lesen und zustimmen',
  withoutText:
    'Der Text dieses Vertrags liegt anderswo, und Ihr Anbieter vermerkt Ihre Zustimmung. Schreiben Sie bitte Ihrem Anbieter.',
  acceptTitle: 'Für Ihre Organisation zustimmen',
  acceptFor: (account) => `Ich stimme diesem Vertrag für ${account} zu und bin dazu berechtigt.`,
  acceptOnce:
    'Die Zustimmung wird einmal vermerkt, mit Ihrem Namen und der Zeit. Downloads von Skripten und Maschinen laufen ohne Frage weiter.',
  acceptButton: 'Dem Vertrag zustimmen',
  ownersOnly: 'Nur eine Person mit der Rolle „Inhaber“ kann zustimmen. Bitten Sie eine von ihnen.',
  back: 'Alle Lizenzverträge',
};
