// The page for what went wrong. German. The detail of a problem is not translated: programs and support read it too.
import type { ErrorsTexts } from '../english/errors.ts';

const tryAgain =
  'Versuchen Sie es in einigen Sekunden erneut. Bleibt es so, nennen Sie uns die Vorfallnummer.';

/** The texts. */
export const errorsTexts: ErrorsTexts = {
  problems: {
    bad_request: {
      title: 'Die Anfrage ist nicht wohlgeformt',
      advice: 'Vergleichen Sie die Anfrage mit der API-Beschreibung unter /api/v1/openapi.json.',
    },
    session_required: { title: 'Sie sind nicht angemeldet', advice: 'Melden Sie sich erneut an.' },
    form_refused: {
      title: 'Dieses Formular kommt nicht von dieser Seite oder ist zu alt',
      advice: 'Gehen Sie zurück, laden Sie die Seite neu und senden Sie das Formular noch einmal.',
    },
    delivery_refused: {
      title: 'Sie können diese Datei nicht bekommen',
      advice: 'Wenn Sie das nicht erwartet haben, zeigen Sie Ihrem Anbieter diese Seite.',
    },
    refused: { title: 'Die Anfrage wurde abgelehnt', advice: 'Der Grund steht darüber.' },
    not_found: {
      title: 'Hier ist nichts',
      advice: 'Prüfen Sie die Adresse oder beginnen Sie bei der Liste der Produkte.',
    },
    conflict: {
      title: 'Es wurde inzwischen geändert',
      advice: 'Laden Sie neu und sehen Sie noch einmal nach.',
    },
    too_large: { title: 'Die Anfrage ist zu groß', advice: 'Senden Sie weniger auf einmal.' },
    uri_too_long: {
      title: 'Die Adresse ist zu lang',
      advice: 'Beginnen Sie bei der Liste der Produkte.',
    },
    unsupported_media_type: {
      title: 'Diese Art von Inhalt wird hier nicht angenommen',
      advice: 'Senden Sie der API application/json.',
    },
    change_refused: {
      title: 'Die Änderung wurde nicht gemacht',
      advice: 'Der Grund steht darüber.',
    },
    key_refused: {
      title: 'Dieser SSH-Schlüssel kann nicht benutzt werden',
      advice:
        'Geben Sie eine Zeile im Format von OpenSSH ein, wie sie in einer Datei steht, deren Name auf .pub endet.',
    },
    key_reused: {
      title: 'Der Idempotency-Key gehört zu einer anderen Anfrage',
      advice:
        'Erzeugen Sie für jede Anfrage einen neuen Schlüssel und benutzen Sie ihn nur, um diese Anfrage zu wiederholen.',
    },
    rate_limited: {
      title: 'Zu viele Anfragen',
      advice: 'Warten Sie etwas und machen Sie dann langsamer weiter.',
    },
    internal: {
      title: 'Bei uns ist etwas schiefgegangen',
      advice:
        'Von Ihnen ging nichts verloren. Versuchen Sie es erneut; geschieht es wieder, nennen Sie uns die Vorfallnummer.',
    },
    staging_failed: {
      title: 'Die Datei konnte nicht bereitgestellt werden',
      advice: 'Versuchen Sie es erneut; bleibt es so, nennen Sie uns die Vorfallnummer.',
    },
    node_unavailable: { title: 'Der Download-Server ist nicht zu erreichen', advice: tryAgain },
    try_again: {
      title: 'Versuchen Sie es gleich noch einmal',
      advice: 'Es wurde nichts getan, und nichts ist verloren: Versuchen Sie es in einigen Sekunden erneut.',
    },
    service_unavailable: { title: 'Der Dienst ist zurzeit nicht verfügbar', advice: tryAgain },
  },
  home: 'Zu Ihren Produkten',
  incident: 'Vorfall',
  reason: 'Grund',
};
