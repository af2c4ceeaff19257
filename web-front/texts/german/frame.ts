// What stands around every page of the portal: navigation, footer, language switch. German.
import type { FrameTexts } from '../english/frame.ts';

/** The texts. */
export const frameTexts: FrameTexts = {
  skip: 'Zum Inhalt springen',
  navigation: 'Hauptmenü',
  sections: {
    products: 'Produkte',
    deliveries: 'Lieferungen',
    appliances: 'Geräte',
    licences: 'Lizenzverträge',
    'ssh-keys': 'SSH-Schlüssel',
    tokens: 'Tokens',
    members: 'Mitglieder',
    account: 'Profil und Passwort',
    security: 'Anmeldung und Sicherheit',
  },
  search: { label: 'Produkte und Dateien suchen', placeholder: 'Suchen' },
  signOut: 'Abmelden',
  digests: 'Jede Datei hat eine SHA-256-Prüfsumme: Prüfen Sie sie nach dem Herunterladen.',
  api: 'API-Beschreibung',
  support: 'Support',
  language: 'Sprache',
};
