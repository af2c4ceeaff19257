// The page that shows what was typed before the session was over. German.
import type { KeptFormsTexts } from '../english/kept-forms.ts';

/** The texts. */
export const keptFormsTexts: KeptFormsTexts = {
  title: 'Jetzt senden?',
  lead: 'Ihre Sitzung war beendet, als Sie dieses Formular gesendet haben. Es ist nichts geschehen.',
  heading: 'Das hatten Sie eingegeben',
  forms: {
    '/tokens': { name: 'Name', may: 'Was es darf', lifetimeDays: 'Gültig für Tage' },
    '/ssh-keys': { line: 'Öffentlicher Schlüssel', name: 'Name', lifetimeDays: 'Gültig für Tage' },
    '/members': { email: 'E-Mail-Adresse', role: 'Rolle', language: 'Sprache der Mail' },
    '/account/profile': { displayName: 'Ihr Name', language: 'Sprache Ihrer Mails' },
    '/appliances/codes': {
      type: 'Art des Geräts',
      site: 'Standort',
      label: 'Name',
      count: 'Codes',
      days: 'Gültig für Tage',
    },
  },
  leave: 'Verwerfen',
};
