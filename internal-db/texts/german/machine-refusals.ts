// What is refused about bans, sessions, nodes, webhooks and the database. German. Used by the services that refuse.
import type { machineRefusals as Texts } from '../english/machine-refusals.ts';

/** Each sentence by what is so. */
export const machineRefusals: typeof Texts = {
  notBanned: (network) => `${network} ist nicht gesperrt.`,
  noNetwork: (text) =>
    `„${text}“ ist keine Adresse und kein Netz. Schreiben Sie es wie 203.0.113.7, 203.0.113.0/24 oder 2001:db8:0:1::/64.`,
  tooWide: (text, bitsMin) =>
    `${text} ist zu weit, um gesperrt zu werden: Sein Präfix muss ${bitsMin} Bit oder mehr haben.`,
  neverBanned: (text) =>
    `${text} wird nicht gesperrt: Die Einstellung bans/neverNetworks von internal-db nennt es oder einen Teil davon.`,
  noDeliveryNode: (name) => `Es gibt keinen Lieferknoten „${name}“.`,
  noSession: (id) => `Keine Sitzung ${id} läuft gerade.`,
  noSessionHeard: (id, nodes) =>
    `Keine Sitzung ${id} läuft gerade. Sie kann bei ${nodes} laufen, wo gerade nicht gefragt werden kann.`,
  tooManyWebhooks: (max) => `Es gibt schon ${max} Webhooks. Entfernen Sie zuerst einen.`,
  noWebhook: (id) => `Es gibt keinen Webhook ${id}.`,
  noReceiver: (text) =>
    `„${text}“ ist keine Adresse eines Empfängers. Schreiben Sie sie wie https://hooks.example/consign.`,
  receiverWithExtras:
    'Die Adresse eines Empfängers hat weder Benutzer noch Passwort noch Fragment: Nachrichten sind unterschrieben.',
  receiverWithoutTls:
    'Nachrichten gehen mit https hinaus, oder in ein Netz der Einstellung webhooks/allowedNetworks.',
  notPublic: (host, setting) =>
    `${host} ist keine öffentliche Adresse, und die Einstellung ${setting} von internal-db nennt sie nicht.`,
  nobodyLinked: 'Kein Web-Front ist verbunden; der Lieferknoten ist nicht zu erreichen.',
  nameTaken: 'Diesen Namen gibt es schon. Wählen Sie einen anderen.',
  databaseBusy: 'Die Datenbank ist sehr beschäftigt. Versuchen Sie es gleich noch einmal.',
  databaseEnding: 'Die Datenbank wird gerade beendet.',
  outcomeUnknown:
    'Die Datenbank ging verloren, während dies aufgezeichnet wurde. Sehen Sie nach, ob es geschehen ist, bevor Sie es noch einmal tun.',
  databaseAway: 'Die Datenbank ist nicht zu erreichen. Versuchen Sie es gleich noch einmal.',
  diskFull:
    'Die Platte der Datenbank ist voll. Nichts wurde geändert. Schaffen Sie Platz auf ihr, und versuchen Sie es dann noch einmal.',
};
