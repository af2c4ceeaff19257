// Mitarbeitende des Anbieters, die das Portal so sehen wie ein Kunde. German.
import type { PortalViewsTexts } from '../english/portal-views.ts';

/** The texts. */
export const portalViewsTexts: PortalViewsTexts = {
  banner: {
    what: 'Sie sehen dieses Portal so wie der Kunde.',
    limits: 'Ändern oder herunterladen lässt sich nichts.',
    end: 'Einblick beenden',
  },
  open: {
    title: 'Das Portal wie der Kunde sehen',
    lead: 'Für Mitarbeitende des Anbieters, mit einem Link aus der Konsole.',
    replaces: 'Eine Sitzung, die dieser Browser hier vielleicht hat, wird dadurch ersetzt.',
    button: 'Beginnen',
    unusableTitle: 'Dieser Link gilt nicht mehr',
    unusableLead: 'Er gilt einmal, eine Minute lang. Erzeugen Sie in der Konsole einen neuen.',
    signIn: 'Zur Anmeldung',
  },
  told: {
    title: 'Einblicke des Anbieters',
    lead: 'Wann jemand vom Support des Anbieters dieses Portal so angesehen hat, wie eine Person von Ihnen es sieht. Ändern oder herunterladen lässt sich dabei nichts.',
    table: 'Einblicke, die neuesten zuerst',
    columns: { when: 'Wann', as: 'Als wer', reason: 'Grund' },
    empty: 'Es gab keine.',
  },
};
