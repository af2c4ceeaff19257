// The machines: delivery nodes, the cluster, its links and their key bags, storage. German.
import { html } from '#commlink/pages/html.ts';
import type { machinesTexts as Texts } from '../english/machines.ts';

/** The texts. */
export const machinesTexts: typeof Texts = {
  title: 'Knoten',
  lead: 'Was läuft, wie es verbunden ist, und wofür Platz ist.',
  command: 'Befehl',
  delivery: {
    heading: 'Lieferknoten',
    node: 'Knoten',
    state: 'Zustand',
    via: 'Erreicht über',
    staged: 'Bereitgestellt',
    sessions: 'Sitzungen',
    transfers: 'Übertragungen',
    free: 'Frei',
    draining: 'läuft aus',
    serving: 'liefert',
    notJailed: 'nicht eingesperrt',
    notFiltered: 'Systemaufrufe nicht gefiltert',
    empty:
      'Kein Lieferknoten ist erreichbar. Sehen Sie in sein Protokoll und nach der Verbindung seines Web-Fronts.',
    outOfService: {
      heading: 'Einen Knoten aus dem Dienst nehmen',
      before:
        'Bevor seine Maschine angehalten wird: Er sendet zu Ende, was er sendet, und nimmt nichts Neues an.',
      back: (command) => html`Zurück in den Dienst: ${command}`,
      forGood: (command) => html`Endgültig: ${command}`,
    },
  },
  cluster: {
    heading: 'Cluster',
    installed: (name, version) => html`${name} hat Version <code>${version}</code> seiner Konfiguration.`,
    candidate: (version) => html`Version <code>${version}</code> ist unterwegs.`,
    how: html`Operatoren ändern sie mit <code>consign config</code>.`,
    caption: 'Mitglieder des Clusters',
    node: 'Knoten',
    role: 'Rolle',
    version: 'Installiert',
    state: 'Zustand',
    heard: 'Zuletzt gehört',
    notHeard: 'noch nicht gehört',
    behind: 'im Rückstand',
    joining: 'tritt bei',
    unknown: 'unbekannt',
    declining: 'lehnt ab',
    never: 'nie',
    ago: (seconds) => `vor ${seconds} s`,
    empty: 'Kein Knoten ist bekannt.',
  },
  bags: {
    heading: 'Schlüsselvorräte',
    caption: 'Schlüsselvorräte der Verbindungen',
    link: 'Verbindung',
    state: 'Zustand',
    uses: 'Sendet mit',
    takes: 'Nimmt an',
    inUse: 'In Gebrauch',
    since: 'Seit',
    due: 'Fällig',
    generation: (generation) => `g${generation}`,
    count: (generation, count) => `${generation} × ${count}`,
    none: 'keine',
    empty: 'Es gibt noch keine Verbindungen.',
    states: { rotating: 'wechselt', oldKeys: 'alte Schlüssel', due: 'fällig', current: 'aktuell' },
  },
  rotation: {
    none: (command) =>
      html`Es läuft kein Schlüsselwechsel. Er gibt jeder Verbindung in drei Schritten neue Schlüssel, während
      Kunden herunterladen: ${command}`,
    underWay: (generation) => `Ein Wechsel zu Generation ${generation} läuft.`,
    of: (count, linkCount) => `${count} von ${linkCount} Verbindungen`,
    taken: (links) => `Neue Schlüssel werden angenommen: ${links}.`,
    used: (links, settled) =>
      `Mit neuen Schlüsseln wird gesendet: ${links}; keine Verbindung mit alten ist übrig bei ${settled}.`,
    erased: (links) => `Alte Schlüssel sind gelöscht: ${links}.`,
    goesOn: (command) => html`Weiter geht es mit ${command}`,
    givenUp: (command) => html`Aufgegeben wird er mit ${command}`,
  },
  links: {
    heading: 'Verbindungen dieser Datenbank',
    peer: 'Gegenüber',
    role: 'Rolle',
    connections: 'Verbindungen',
    generations: 'Schlüsselgenerationen',
    since: 'Seit',
    empty: 'Keine Verbindung steht.',
  },
  storerooms: {
    heading: 'Lager',
    caption: 'Was jeder Lieferknoten hat',
    node: 'Knoten',
    fetched: 'Geholt',
    staged: 'Für Kunden bereitgestellt',
    free: 'Frei',
    lost: 'Beschädigt oder verloren, letzte 30 Tage',
    sum: (size, count) => html`${size} (${count})`,
    away: 'nicht gehört',
    about: (command) =>
      html`In Klammern: verschiedene Dateien. Was bereitgestellt ist, braucht neben dem Geholten keinen
      eigenen Platz. Beschädigte Dateien werden auf der Maschine des Knotens beiseitegelegt und dort
      aufgelistet: ${command}`,
    empty: 'Es gibt keinen Lieferknoten.',
  },
  storage: {
    heading: 'Speicher',
    database: {
      sqlite: (size, free) => html`Die Datenbank hat ${size}, und ${free} sind auf ihrer Platte frei`,
      postgres: (size, free) =>
        html`Die Datenbank hat ${size} auf ihrem Server, und ${free} sind auf der Platte dieser Maschine frei`,
    },
    engine: (engine, schemaVersion, integrity) =>
      `(${engine}, Schemaversion ${schemaVersion}; ${integrity}).`,
    runs: (version, since) => html`Consign ${version} läuft seit ${since}.`,
    caption: 'Veröffentlichte Dateien nach Produkt',
    product: 'Produkt',
    files: 'Verschiedene Dateien',
    size: 'Größe',
    empty: 'Keine Datei ist veröffentlicht.',
  },
};
