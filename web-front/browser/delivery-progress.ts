// Follows a delivery: the portal tells of each change of it (server-sent events), and the rows of the page are filled again.
// Loads the page again when the delivery's state changes or the session has ended. Nothing of an answer becomes HTML.
// A page that nobody looks at lets go of its stream: a browser has few connections to one host.
import { localizeTimes } from '#commlink/pages/browser/local-times.ts';
import {
  brokenOffProtocol,
  describeAmount,
  describeEnd,
  describeOrigin,
  describeOutcome,
  type WordsLanguage,
} from './download-words.ts';
import { SpeedMeter } from './speed-meter.ts';

interface DownloadState {
  readonly id: string;
  readonly protocol: string;
  readonly address: string;
  readonly offsetBytes: number;
  readonly sentBytes: number;
  readonly sizeBytes: number;
  readonly startedAt: string;
  readonly outcome: string;
}

interface DeliveryState {
  readonly state: string;
  readonly sizeBytes: number;
  readonly arrivedBytes: number | null;
  readonly downloads: readonly DownloadState[];
}

const retryMs = 8000;

/** Follows the delivery that `article` shows until it ends, or the page goes away. */
export function followDelivery(article: HTMLElement): void {
  const section = article.querySelector<HTMLElement>('[data-downloads]');
  if (!section || article.dataset['live'] !== 'yes') return;
  section.querySelector('[data-reload]')?.remove();
  const shownState = article.querySelector<HTMLElement>('[data-state]')?.dataset['state'];
  const rows = new DownloadRows(section);
  let source: EventSource | null = null;
  const follow = () => {
    if (source || document.hidden) return;
    source = new EventSource(`/deliveries/${article.dataset['delivery'] ?? ''}/events`);
    source.addEventListener('delivery', ({ data }) => {
      const told = JSON.parse(String(data)) as DeliveryState;
      rows.show(told.downloads);
      showArriving(article, told);
      // Nothing becomes `requested` again: a page that says more was told by the node, and internal-db not yet.
      if (told.state !== 'requested' && told.state !== shownState) location.reload();
    });
    source.addEventListener('end', () => {
      leave();
      location.reload();
    });
    // A browser tries a stream that broke off again by itself, but not one that was refused.
    source.addEventListener('error', () => {
      if (source?.readyState !== EventSource.CLOSED) return;
      leave();
      void isPageGone().then((isGone) => (isGone ? location.reload() : setTimeout(follow, retryMs)));
    });
  };
  const leave = () => {
    source?.close();
    source = null;
  };
  document.addEventListener('visibilitychange', () => (document.hidden ? leave() : follow()));
  // What a form does (end the delivery, sign out) is told here too, and must not overtake the form's own answer.
  document.addEventListener('submit', leave);
  globalThis.addEventListener('pagehide', leave);
  globalThis.addEventListener('pageshow', follow);
  follow();
}

/** How far a file is on its way to its download server. */
function showArriving(article: HTMLElement, { sizeBytes, arrivedBytes }: DeliveryState): void {
  const notice = article.querySelector('[data-arriving]');
  const bar = notice?.querySelector('progress');
  if (!notice || !bar || arrivedBytes === null) return;
  bar.value = arrivedBytes;
  setText(
    notice,
    '[data-arrived]',
    describeAmount({ reachedBytes: arrivedBytes, sizeBytes }, null, pageLanguage()),
  );
}

function pageLanguage(): WordsLanguage {
  return document.documentElement.lang === 'de' ? 'de' : 'en';
}

/** Whether this page would be answered otherwise now: with the sign-in, or not at all. */
async function isPageGone(): Promise<boolean> {
  try {
    const answer = await fetch(location.href, { method: 'HEAD', redirect: 'manual' });
    return answer.type === 'opaqueredirect' || answer.status === 404;
  } catch {
    // The network is away: the page stays as it is.
    return false;
  }
}

/** The rows of a delivery's downloads, and the hint beside them. */
class DownloadRows {
  readonly #section: HTMLElement;
  readonly #speeds = new SpeedMeter();
  readonly #language = pageLanguage();

  constructor(section: HTMLElement) {
    this.#section = section;
  }

  /** `downloads` are newest first. */
  show(downloads: readonly DownloadState[]): void {
    const list = this.#section.querySelector<HTMLElement>('[data-rows]');
    if (!list) return;
    this.#section.querySelector('[data-none]')?.toggleAttribute('hidden', downloads.length > 0);
    for (const download of downloads.toReversed()) {
      const known = list.querySelector<HTMLElement>(`[data-download-id="${CSS.escape(download.id)}"]`);
      const row = known ?? this.#createRow(list, download);
      if (row.dataset['outcome'] === 'running' && download.outcome !== 'running') this.#announce(download);
      this.#fillRow(row, download);
    }
    const protocol = brokenOffProtocol(downloads);
    for (const hint of this.#section.querySelectorAll<HTMLElement>('[data-resume]'))
      hint.hidden = hint.dataset['resume'] !== protocol;
  }

  #createRow(list: HTMLElement, download: DownloadState): HTMLElement {
    const row = document.createElement('li');
    row.dataset['downloadId'] = download.id;
    const heading = element('span', 'split');
    const label = element('span', '', describeOrigin(download, this.#language));
    const words = element('span', '');
    words.dataset['outcomeWords'] = '';
    heading.append(label, ' ', words);
    const bar = document.createElement('progress');
    bar.setAttribute('aria-label', label.textContent);
    const facts = element('span', 'facts');
    const amount = element('span', '');
    amount.dataset['amount'] = '';
    const began = document.createElement('time');
    began.dateTime = download.startedAt;
    facts.append(amount, ` · ${list.dataset['began'] ?? ''} `, began);
    row.append(heading, bar, facts);
    localizeTimes(row);
    list.prepend(row);
    return row;
  }

  #fillRow(row: HTMLElement, download: DownloadState): void {
    const { sizeBytes, outcome } = download;
    const reachedBytes = download.offsetBytes + download.sentBytes;
    const speed = this.#speeds.measure(download.id, reachedBytes);
    row.dataset['outcome'] = outcome;
    const bar = row.querySelector('progress');
    if (bar) {
      bar.max = sizeBytes;
      bar.value = reachedBytes;
    }
    setText(row, '[data-outcome-words]', describeOutcome(outcome, this.#language));
    const shownSpeed = outcome === 'running' ? speed : null;
    setText(row, '[data-amount]', describeAmount({ reachedBytes, sizeBytes }, shownSpeed, this.#language));
  }

  #announce(download: DownloadState): void {
    setText(this.#section, '[data-announcement]', describeEnd(download, this.#language));
  }
}

function element(name: string, className: string, text = ''): HTMLElement {
  const created = document.createElement(name);
  created.className = className;
  created.textContent = text;
  return created;
}

function setText(root: ParentNode, selector: string, text: string): void {
  const target = root.querySelector(selector);
  if (target && target.textContent !== text) target.textContent = text;
}
