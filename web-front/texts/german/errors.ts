// The page for what went wrong. German. Programs and support read the English sentence of a problem; people read these.
import type { ErrorsTexts, ProblemSentences } from '../english/errors.ts';

const tryAgain =
  'Versuchen Sie es in einigen Sekunden erneut. Bleibt es so, nennen Sie uns die Vorfallnummer.';

const noSuchRelease = 'Unter den Versionen, die Ihr Konto haben darf, gibt es diese nicht.';
const notEntitled =
  'Ihr Konto hat kein Recht auf ein solches Produkt. Haben Sie es erwartet, fragen Sie Ihren Anbieter.';
const askAgain = 'Die Bereitstellung ist misslungen. Fordern Sie die Datei noch einmal an.';
const onServer = 'Auf dem Download-Server stimmt etwas nicht; sein Betreiber muss danach sehen.';

const sentences: ProblemSentences = {
  byReason: {
    account_unknown: 'Dieses Konto gibt es nicht mehr. Fragen Sie Ihren Anbieter.',
    account_suspended: 'Ihr Konto ist gesperrt. Bitten Sie Ihren Anbieter, die Sperre aufzuheben.',
    product_unknown: notEntitled,
    release_unknown: noSuchRelease,
    file_unknown: 'Diese Version hat keine Datei dieses Namens. Die Liste der Dateien zeigt die Namen.',
    release_draft: noSuchRelease,
    release_withdrawn: 'Diese Version hat der Anbieter zurückgezogen. Wählen Sie eine andere.',
    not_entitled: notEntitled,
    revoked: 'Das Recht Ihres Kontos auf dieses Produkt wurde entzogen. Fragen Sie Ihren Anbieter.',
    not_yet_valid: 'Das Recht Ihres Kontos auf dieses Produkt gilt noch nicht.',
    expired: 'Das Recht Ihres Kontos auf dieses Produkt ist abgelaufen. Ihr Anbieter kann es verlängern.',
    version_outside_range:
      'Ihr Recht umfasst diese Version nicht. Wählen Sie eine andere oder fragen Sie Ihren Anbieter.',
    channel_not_included:
      'Ihr Recht umfasst diesen Kanal nicht. Wählen Sie eine andere Version oder fragen Sie Ihren Anbieter.',
    licence_not_accepted:
      'Zuerst muss die Lizenzvereinbarung angenommen werden: Das macht ein Inhaber Ihrer Organisation im Portal unter /licences.',
    download_limit_reached:
      'Alle Downloads, die Ihr Recht umfasst, sind verbraucht. Fragen Sie Ihren Anbieter.',
    grant_invalid: askAgain,
    grant_expired: askAgain,
    grant_used: askAgain,
    artifact_missing: 'Die Datei ist auf dem Download-Server noch nicht vorhanden.',
    artifact_damaged: 'Die Datei ist auf dem Download-Server beschädigt und wird nicht ausgeliefert.',
    path_taken: onServer,
    disk_full: 'Auf dem Download-Server ist kein Platz mehr.',
    other_file_system: onServer,
    draining: 'Der Download-Server nimmt gerade nichts Neues an.',
    owners_only: 'Das können nur Inhaber Ihrer Organisation.',
    staff_view:
      'Sie sehen das Portal wie der Kunde. In dieser Ansicht lässt sich nichts ändern oder herunterladen.',
    no_https_links:
      'Der Download-Server bietet keine Links über HTTPS an. Nehmen Sie einen der anderen Wege auf der Seite der Version.',
    agreement_not_asked: 'Nichts von Ihnen verlangt diese Lizenzvereinbarung.',
  },
  byCode: {
    bad_request: 'Etwas an der Anfrage ist nicht so, wie es hier erwartet wird.',
    session_required: 'Ihre Sitzung ist zu Ende oder wurde hier nie begonnen.',
    form_refused: 'Das Formular konnte nicht angenommen werden.',
    not_found: 'Diese Seite gibt es nicht, oder Ihr Konto hat nichts dergleichen.',
    conflict: 'Jemand hat es gleichzeitig geändert, oder es gibt etwas dieses Namens schon.',
    too_large: 'Es wurde mehr gesendet, als hier angenommen wird.',
    uri_too_long: 'Die Adresse ist länger als jede von unseren.',
    unsupported_media_type: 'Diese Art von Inhalt kennt diese Adresse nicht.',
    rate_limited: 'Von Ihrer Adresse oder Ihrem Konto kam in kurzer Zeit zu viel.',
    internal: 'Die Seite konnte wegen eines Fehlers in diesem Programm nicht fertig werden.',
    node_unavailable:
      'Der Download-Server hat nicht geantwortet. Sie haben ein Recht auf die Datei; es wurde nichts gezählt.',
    try_again: 'Der Dienst übernimmt gerade neue Einstellungen.',
    service_unavailable: 'Die Datenbank, die weiß, was Sie herunterladen dürfen, antwortet gerade nicht.',
  },
};

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
  sentences,
  home: 'Zu Ihren Produkten',
  incident: 'Vorfall',
  reason: 'Grund',
};
