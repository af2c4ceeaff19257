// What is said to a form, or to another request, that the console does not take. German.
import { html } from '#commlink/pages/html.ts';
import type { formsTexts as Texts } from '../english/forms.ts';

/** The texts. */
export const formsTexts: typeof Texts = {
  reason: 'Nennen Sie einen Grund, mit höchstens 500 Zeichen.',
  field: (name) => `Korrigieren Sie das Feld „${name}“ und senden Sie das Formular noch einmal.`,
  wholeForm: 'Formular',
  day: (title) => `${title}: Geben Sie den Tag als JJJJ-MM-TT an.`,
  from: 'Von',
  until: 'Bis',
  noSuchPage: 'Diese Seite der Liste gibt es nicht. Beginnen Sie noch einmal bei der ersten.',
  brokeOff: 'Das Formular kam nicht ganz an. Senden Sie es noch einmal.',
  noFiles: 'Das ist kein Formular mit Dateien.',
  notAllowed: (role) => `Ihre Rolle (${role}) darf das nicht. Fragen Sie einen Operator.`,
  notYours: 'Dieses Formular ist nicht aus Ihrer Sitzung. Laden Sie die Seite neu und senden Sie es dann.',
  anotherSite: 'Dieses Formular kommt von einer anderen Website.',
  kept: {
    title: 'Jetzt senden?',
    overAndKept:
      'Ihre Sitzung war abgelaufen. Ihre Eingaben sind aufbewahrt: Melden Sie sich an, dann senden Sie sie.',
    nothingDone: html`<p>
      Ihre Sitzung war abgelaufen, als Sie das gesendet haben; <strong>es wurde nichts getan</strong>. Das
      haben Sie eingegeben.
    </p>`,
    password: 'Ihr Passwort',
    passwordHint: 'Es wurde nicht aufbewahrt.',
    more: (count) => `… und ${count} weitere Zeichen, die mitgesendet werden.`,
    send: 'Senden',
    leave: 'Verwerfen',
    gone: 'Ihre Eingaben sind nicht mehr aufbewahrt, oder sie stammen von jemand anderem.',
  },
};
