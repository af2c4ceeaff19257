// Webhooks: which other systems are told of what. German.
import { html } from '#commlink/pages/html.ts';
import type { webhooksTexts as Texts } from '../english/webhooks.ts';

/** The texts. */
export const webhooksTexts: typeof Texts = {
  title: 'Webhooks',
  lead: 'Andere Systeme, die durch signierte HTTP-Anfragen erfahren, was geschieht.',
  all: 'Alle Webhooks',
  events: {
    'entitlement.granted': 'Eine Berechtigung wurde erteilt',
    'entitlement.revoked': 'Eine Berechtigung wurde zurückgezogen',
    'release.published': 'Eine Version wurde veröffentlicht',
    'download.finished': 'Ein Download ist zu Ende',
    'login.refused': 'Eine Anmeldung wurde abgewiesen',
    'rollout.started': 'Ein Rollout auf Geräte hat begonnen',
    'rollout.stopped': 'Ein Rollout hat von selbst angehalten',
    'rollout.completed': 'Ein Rollout ist abgeschlossen',
    'alert.raised': 'Um etwas muss sich jemand kümmern',
    'alert.cleared': 'Darum muss sich niemand mehr kümmern',
  },
  everything: 'alles',
  list: {
    caption: 'Webhooks',
    receiver: 'Empfänger',
    toldOf: 'Erfährt von',
    delivered: 'Zugestellt',
    waiting: 'Wartet',
    givenUp: 'Aufgegeben',
    empty: 'Kein anderes System erfährt etwas.',
  },
  id: 'Id',
  since: 'Seit',
  madeBy: (when, who) => html`${when} von ${who}`,
  secret: {
    what: 'Geheimnis',
    made: html`<p><strong>Der Webhook ist erstellt.</strong> Das ist sein Geheimnis, nur jetzt gezeigt:</p>`,
    checked: html`<p>
      Sein Empfänger prüft damit jede Nachricht, wie
      <a href="https://www.standardwebhooks.com" rel="noreferrer">Standard Webhooks</a> es vorsieht, bevor er
      ihr glaubt.
    </p>`,
  },
  add: {
    heading: 'Einem anderen System Bescheid geben',
    receiver: 'Empfänger',
    receiverHint:
      'Etwa https://hooks.example/consign. In einem privaten Netz nur, wo die Einstellung webhooks/allowedNetworks es nennt.',
    toldOf: 'Erfährt von',
    button: 'Webhook hinzufügen',
    chooseEvents: 'Wählen Sie, wovon das System erfährt.',
  },
  failures: {
    heading: 'Nicht angenommen',
    caption: 'Nachrichten, die nicht angenommen wurden, die neuesten zuerst',
    at: 'Geschehen',
    event: 'Ereignis',
    attempts: 'Versuche',
    outcome: 'Was aus dem letzten wurde',
    next: 'Nächster Versuch',
    givenUp: 'aufgegeben',
    empty: 'Er hat alles angenommen, was ihm gesendet wurde.',
  },
  test: {
    heading: 'Ausprobieren',
    what: html`<p>Eine Nachricht vom Typ <code>webhook.test</code>, signiert wie alle anderen.</p>`,
    button: 'Testnachricht senden',
  },
  replay: {
    heading: 'Noch einmal senden',
    days: 'Was geschehen ist',
    last: (days) => (days === 1 ? 'am letzten Tag' : `in den letzten ${days} Tagen`),
    all: 'Auch, was er schon angenommen hat',
    button: 'Noch einmal senden',
  },
  remove: {
    heading: 'Diesen Webhook entfernen',
    what: 'Er erfährt nichts mehr, und was auf ihn wartet, wird nicht gesendet.',
    button: 'Entfernen',
  },
  done: {
    tested:
      'Die Testnachricht ist unterwegs. Laden Sie die Seite in einigen Sekunden neu: Was nicht angenommen wird, steht unten.',
    replayed: 'Was in dieser Zeit geschehen ist, wird noch einmal gesendet.',
    removed: 'Der Webhook ist entfernt.',
  },
  unknown: (id) => `Es gibt keinen Webhook ${id}.`,
};
