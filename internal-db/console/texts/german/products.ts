// Products and releases. German.
import { html } from '#commlink/pages/html.ts';
import type {
  placementTexts as PlacementTexts,
  productsTexts as ProductsTexts,
  releaseTexts as ReleaseTexts,
} from '../english/products.ts';

/** The texts of the list of products and of the page of one. */
export const productsTexts: typeof ProductsTexts = {
  title: 'Produkte',
  all: 'Alle Produkte',
  list: {
    caption: 'Produkte',
    product: 'Produkt',
    newest: 'Neueste Version',
    published: 'Veröffentlicht',
    drafts: 'Entwürfe',
    withdrawn: 'Zurückgezogen',
    none: '–',
    empty: 'Es gibt noch kein Produkt.',
  },
  add: {
    heading: 'Ein neues Produkt',
    name: 'Name',
    nameHint: 'In Pfaden und Befehlen: Kleinbuchstaben, Ziffern, Punkt und Bindestrich. Er ändert sich nie.',
    title: 'Titel',
    description: 'Beschreibung',
    button: 'Produkt anlegen',
  },
  publish: {
    heading: 'Eine Version veröffentlichen',
    how: 'Laden Sie ihre Dateien hier hoch, oder senden Sie sie mit dem Befehl unten. Kunden sehen einen Entwurf erst, wenn er hier veröffentlicht ist.',
    upload: 'Dateien hochladen',
    command: 'Befehl',
  },
  states: { draft: 'Entwurf', published: 'veröffentlicht', withdrawn: 'zurückgezogen' },
  releases: {
    heading: 'Versionen',
    caption: 'Versionen, die neueste zuerst',
    version: 'Version',
    channel: 'Kanal',
    state: 'Zustand',
    published: 'Veröffentlicht',
    customers: 'Kunden',
    empty: 'Noch keine Version. Veröffentlichen Sie eine wie oben gezeigt.',
  },
  behind: {
    heading: 'Wer zurückliegt',
    nobody: 'Noch niemand hat eine ganze Datei dieses Produkts heruntergeladen.',
    lead: 'Kunden nach der neuesten Version, die sie heruntergeladen haben.',
    newest: 'Neueste ihres Kanals',
    behind: 'Im Rückstand',
    chart: (product) => `Kunden von ${product} nach Version`,
    caption: 'Kunden nach der neuesten Version, die sie haben',
    version: 'Version',
    channel: 'Kanal',
    customers: 'Kunden',
    stands: 'Stand',
    upToDate: 'aktuell',
    isBehind: 'im Rückstand',
    empty: 'Keine.',
    haveNewest: 'Haben die neueste ihres Kanals',
    areBehind: 'Liegen zurück',
    numbers: 'Die Zahlen nach Version',
    bar: (version, channel) => `${version} (${channel})`,
    older: 'älter',
  },
  done: {
    placement:
      'Die Download-Server holen, was ihnen fehlt, und behalten das Übrige, bis sie den Platz brauchen.',
  },
};

/** The texts of where a product’s files are kept. */
export const placementTexts: typeof PlacementTexts = {
  heading: 'Wo seine Dateien liegen',
  asSettings: (placement) =>
    html`Wie die Einstellungen es für alle Produkte sagen: <code>${placement}</code>.`,
  own: (placement) => html`Nach einer Wahl für dieses Produkt: <code>${placement}</code>.`,
  change: 'Anderswo aufbewahren',
  where: 'Wo',
  kinds: {
    settings: 'Wie die Einstellungen es sagen',
    all: 'Auf jedem Download-Server',
    'on-demand': 'Wo ein Kunde eine Datei verlangt',
    nodes: 'Auf bestimmten Servern, und nur von diesen geliefert',
    tags: 'Auf Servern mit bestimmten Schlagwörtern, und nur von diesen geliefert',
    popular: 'Was oft verlangt wird: überall',
  },
  detail: 'Welche',
  detailHint:
    'Namen oder Schlagwörter, durch Kommas getrennt: ftp1, ftp2. Bei dem, was oft verlangt wird, wie oft und in wie vielen Tagen: 5/30.',
  button: 'Dort aufbewahren',
  wrong:
    'Sagen Sie, welche Server oder Schlagwörter, zum Beispiel ftp1, ftp2; oder wie oft in wie vielen Tagen, zum Beispiel 5/30.',
  noDetail: 'Lassen Sie bei dieser Wahl „Welche“ leer.',
};

/** The texts of the page of one release. */
export const releaseTexts: typeof ReleaseTexts = {
  facts: {
    state: 'Zustand',
    channel: 'Kanal',
    published: 'Zuerst veröffentlicht',
    holders: 'Kunden, die sie haben',
  },
  reason: 'Grund',
  reasonHint: 'Er kommt in das Audit-Protokoll.',
  withdraw: {
    heading: 'Zurückziehen',
    what: (deliveryCount, customerCount) =>
      'Niemand kann sie von da an herunterladen. Lieferungen, die bereitliegen oder laufen und binnen einer Sekunde ' +
      `enden: ${deliveryCount}. Kunden, die sie schon haben und es erfahren sollten: ${customerCount}, oben aufgeführt.`,
    button: (version) => `${version} zurückziehen`,
  },
  publish: {
    heading: 'Veröffentlichen',
    headingAgain: 'Wieder veröffentlichen',
    what: (channel) =>
      `Kunden, deren Lizenzen den Kanal ${channel} und diese Version einschließen, sehen sie sofort.`,
    button: (version) => `${version} veröffentlichen`,
    upload: 'Dateien hochladen',
    further: 'Weitere Dateien, solange sie ein Entwurf ist und danach:',
  },
  files: {
    heading: 'Dateien',
    caption: 'Dateien',
    file: 'Datei',
    platform: 'Plattform',
    anyPlatform: 'alle',
    size: 'Größe',
    servers: 'Download-Server',
    digest: 'SHA-256',
    empty: 'Sie hat keine Dateien.',
    whereItWasPut: 'wohin sie gelegt wurde',
    notYet: (node) => html`${node}: noch nicht`,
    arrived: (node, arrived, whole) => html`${node}: ${arrived} von ${whole}`,
    none: 'keiner',
  },
  notes: {
    heading: 'Versionshinweise',
    label: 'Hinweise',
    hint: 'Markdown; Kunden sehen sie bei der Version.',
    save: 'Hinweise speichern',
    none: 'Noch keine.',
    write: 'Hinweise schreiben',
    change: 'Ändern',
  },
  customers: {
    heading: 'Kunden',
    which: 'Welche Kunden',
    pages: 'Seiten der Kunden',
    first: 'Erste Seite',
    more: 'Weitere Kunden',
    customer: 'Kunde',
    firstAt: 'Zuerst',
    lastAt: 'Zuletzt',
    downloads: 'Ganze Downloads',
    holders: {
      tab: 'Haben sie heruntergeladen',
      caption: 'Kunden, die eine Datei davon haben',
      empty: 'Niemand hat eine ganze Datei davon heruntergeladen.',
    },
    stopped: {
      tab: 'Haben nichts Neueres',
      caption: 'Kunden, die nichts Neueres haben',
      empty: 'Niemand ist bei dieser Version geblieben.',
    },
  },
  done: {
    published: 'Sie ist veröffentlicht.',
    withdrawn:
      'Sie ist zurückgezogen. Was bereitlag oder lief, ist beendet, an jedem Knoten, der geantwortet hat.',
    notes: 'Die Hinweise sind gespeichert.',
    uploaded: 'Die Dateien sind hochgeladen. Die Download-Server holen sie jetzt.',
  },
};
