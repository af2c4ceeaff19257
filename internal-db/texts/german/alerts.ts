// What an operator should look at: what is so, and what to do. German. Used by alerts/.
import type { alertTexts as AlertTexts } from '../english/alerts.ts';

/** By what was found; counts and times as numbers. */
export const alertTexts: typeof AlertTexts = {
  auditBroken: (text) => ({
    text,
    advice:
      'Klären Sie, wer in die Datenbankdatei schreiben konnte, und heben Sie eine Kopie von ihr auf. Siehe: consign audit verify',
  }),
  certificateEnding: (days) => ({
    text:
      days <= 0
        ? 'Das Zertifikat der Konsole ist abgelaufen: Browser weisen es ab.'
        : `Das Zertifikat der Konsole läuft in ${days === 1 ? 'einem Tag' : `${days} Tagen`} ab.`,
    advice: 'Geben Sie diesem Knoten ein neues: consign node identity --help',
  }),
  clockBehind: (seconds) => ({
    text: `Die Uhr dieser Maschine geht ${seconds} s hinter Zeiten her, die sie schon gezeigt hat.`,
    advice: 'Stellen Sie sie richtig, und lassen Sie sie von einem Zeitdienst führen.',
  }),
  databaseFull: {
    text: 'Die Datenbank hat eine Änderung abgewiesen, weil ihre Platte voll ist: Nichts kann aufgezeichnet und so auch nichts Neues geliefert werden.',
    advice:
      'Schaffen Sie Platz auf ihrer Platte. Was abgewiesen wurde, kann sofort danach noch einmal getan werden.',
  },
  databaseDiskLow: (free) => ({
    text: `Auf der Platte der Datenbank sind noch ${free} frei. Ist sie voll, kann nichts aufgezeichnet und so auch nichts geliefert werden.`,
    advice: 'Schaffen Sie Platz auf dieser Platte.',
  }),
  stateDiskLow: (free) => ({
    text: `Auf der Platte mit dem Zustand dieser internal-db sind noch ${free} frei. Ist sie voll, werden keine Originale mehr aufgenommen und keine Fassung der Konfiguration installiert.`,
    advice: 'Schaffen Sie Platz auf dieser Platte.',
  }),
  nodeUnreachable: (node) => ({
    text: `Kein Web-Front erreicht den Lieferknoten ${node}: Was dort bereitgestellt ist, wartet.`,
    advice:
      'Sehen Sie nach seinem Prozess und seinem Protokoll, dann nach seinen Verbindungen: consign node list',
  }),
  storeroomLow: (node, free) => ({
    text: `Im Lager von ${node} sind noch ${free} frei.`,
    advice: 'Geben Sie ihm eine größere Platte.',
  }),
  notJailed: (node) => ({
    text: `Die Sitzungsserver von ${node} laufen nicht eingesperrt.`,
    advice:
      'Starten Sie den Knoten als root, damit er Wurzel und Benutzer wechseln kann, bevor er mit Kunden spricht.',
  }),
  nodeClockApart: (node, secondsAhead) => ({
    text: `Die Uhr von ${node} geht gegenüber der dieser Maschine ${apart(secondsAhead)}: Anmeldungen dort werden abgewiesen.`,
    advice:
      'Vergleichen Sie beide Uhren mit einem Zeitdienst. Gehen sie richtig, hat ein Web-Front alte Anmeldungen noch einmal gezeigt: Sehen Sie nach ihm.',
  }),
  databaseClockApart: (node, secondsAhead) => ({
    text: `Die Uhr von ${node} geht gegenüber der des Datenbankservers ${apart(secondsAhead)}: Sie nimmt nicht teil, solange die einer anderen internal-db richtig geht.`,
    advice: 'Vergleichen Sie beide Uhren mit einem Zeitdienst, und stellen Sie die falsche richtig.',
  }),
  deliveriesWaiting: (node, count) => ({
    text: `${count === 1 ? 'Eine Lieferung liegt' : `${count} Lieferungen liegen`} noch bei ${node}, der verloren ist, und noch bei keinem anderen Knoten.`,
    advice:
      'Sie ziehen um, sobald ein Knoten erreicht wird, der ihre Dateien hat oder holen darf. Sehen Sie nach, welche Knoten das nach Produkt und Ort dürfen.',
  }),
  bansBehind: (node) => ({
    text: `${node} richtet sich nicht nach der neuesten Liste der Sperren.`,
    advice: 'Er bekommt die Liste, sobald er erreichbar ist. Siehe: consign bans list',
  }),
  ordersPending: (count) => ({
    text: `${count === 1 ? 'Eine Anweisung' : `${count} Anweisungen`}, Dateien zurückzunehmen, ${count === 1 ? 'ist' : 'sind'} von den Knoten nicht bestätigt.`,
    advice:
      'Sie werden immer wieder geschickt. Ist ein Knoten für immer fort, nehmen Sie ihn heraus: consign node evict',
  }),
  artifactsLost: (node, count) => ({
    text: `${node} hat binnen eines Tages ${count === 1 ? 'eine Datei' : `${count} Dateien`} verloren: beschädigt oder von seiner Platte verschwunden.`,
    advice:
      'Er bekommt sie von selbst wieder. Sehen Sie nach seiner Platte und seinem Protokoll: Was sie beschädigt hat, kann weitergehen.',
  }),
  originalsUnavailable: (trouble) => ({
    text: trouble,
    advice:
      'Lieferknoten liefern aus, was sie haben. Sehen Sie nach dem Dienst und nach der Einstellung origin dieser Datenbank.',
  }),
  proposalsWaiting: (count) => ({
    text: `${count === 1 ? 'Eine Änderung wartet' : `${count} Änderungen warten`} auf eine zweite Person.`,
    advice:
      'Sehen Sie auf der Seite Freigaben nach: Was binnen eines Tages niemand freigibt, wird nicht getan.',
  }),
  mailsFailing: (count, minutes) => ({
    text: `${count === 1 ? 'Eine Mail konnte' : `${count} Mails konnten`} noch nicht verschickt werden; die älteste wartet seit ${minutes} Minuten.`,
    advice:
      'Sehen Sie nach dem Mailserver und nach dem Protokoll dieser Datenbank. Sie werden von selbst noch einmal versucht.',
  }),
  nodeBehind: (node) => ({
    text: `${node} hat die Fassung der Konfiguration, die für alle gilt, nicht installiert.`,
    advice: 'Sehen Sie in sein Protokoll. Siehe: consign node list',
  }),
  nodeUnheard: (node, seconds) => ({
    text: `Von ${node} war ${seconds === null ? 'noch nichts zu hören, seit dieses Programm läuft' : `${seconds} s lang nichts zu hören`}. Ohne ihn kann keine Fassung der Konfiguration installiert werden.`,
    advice: `Sehen Sie nach seiner Maschine. Ist er für immer fort: consign node evict ${node}`,
  }),
  oldBag: ({ from, to, count, old, current }) => ({
    text: `${count === 1 ? 'Eine Verbindung' : `${count} Verbindungen`} von ${from} zu ${to} ${count === 1 ? 'benutzt' : 'benutzen'} noch die Schlüssel der Generation ${old}, nicht ${current}.`,
    advice: 'Führen Sie den Wechsel zu Ende: consign bag rotate',
  }),
  rolloutStopped: ({ id, version, reason }) => ({
    text: `Das Rollout von ${version} hat von selbst angehalten: ${reason}.`,
    advice: `Sehen Sie nach seinen Geräten; lassen Sie es dann weitergehen, brechen Sie es ab oder gehen Sie zurück: consign rollout status ${id}`,
  }),
  fleetEnding: (what, days) => ({
    text:
      days < 0
        ? `Die Unterschrift „${what}“ ist abgelaufen: Geräte installieren nichts Neues.`
        : `Die Unterschrift „${what}“ läuft in ${days === 1 ? 'einem Tag' : `${days} Tagen`} ab; Geräte installieren dann nichts Neues.`,
    advice: 'Lassen Sie sie von ihren Inhabern erneuern. Siehe: consign fleet status',
  }),
  applianceCopied: ({ uid, name }) => ({
    text: `Zwei Maschinen benutzen die Identität von ${name}: Keine von beiden bekommt etwas Neues.`,
    advice: `Schalten Sie die Kopie ab, und geben Sie der richtigen neue Schlüssel: consign appliance restore ${uid}`,
  }),
  strangers: (kind, count) => ({
    text:
      kind === 'unknown'
        ? `Binnen einer Stunde ${count === 1 ? 'kam eine Nachricht' : `kamen ${count}`} unter Namen, die kein Gerät hat.`
        : `Binnen einer Stunde kamen Nachrichten im Namen von ${count === 1 ? 'einem Gerät, das' : `${count} Geräten, die`} sie nicht unterschrieben ${count === 1 ? 'hat' : 'haben'}.`,
    advice: 'Von wo, zeigt: consign appliance refused',
  }),
  manySitesMissing: (count) => ({
    text: `Geräte an mehr als ${count} Standorten haben sich nicht gemeldet.`,
    advice:
      'So viele auf einmal: Sehen Sie zuerst nach den Web-Fronts und nach dem, was zwischen ihnen und den Standorten liegt.',
  }),
  siteMissing: (account, site, count) => ({
    text: `${count === 1 ? 'Ein Gerät' : `${count} Geräte`} von ${site === null ? account : `${account}, Standort ${site},`} ${count === 1 ? 'hat' : 'haben'} sich nicht gemeldet.`,
    advice: `Welche, zeigt: consign appliance list --account ${account} --missing`,
  }),
};

function apart(secondsAhead: number): string {
  return `${Math.abs(secondsAhead)} s ${secondsAhead < 0 ? 'nach' : 'vor'}`;
}
