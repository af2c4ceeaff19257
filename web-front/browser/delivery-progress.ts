// Follows a delivery: asks the API how its downloads stand, each second while something runs and less often otherwise,
// and fills the rows of the page. Loads the page again when the delivery's state changes; stops when it has ended. Nothing of an answer becomes HTML.
import { describeAmount, describeOutcome } from './download-words.ts';
import { localizeTimes } from '#commlink/pages/browser/local-times.ts';
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
  readonly downloads: readonly DownloadState[];
}

const activePollMs = 1000;
const idlePollMs = 3000;
const failedPollMs = 8000;

/** Follows the delivery that `article` shows until it ends, or the page goes away. */
export async function followDelivery(article: HTMLElement): Promise<void> {
  const section = article.querySelector<HTMLElement>('[data-downloads]');
  if (!section || article.dataset['live'] !== 'yes') return;
  section.querySelector('[data-reload]')?.remove();
  const shownState = article.querySelector<HTMLElement>('[data-state]')?.dataset['state'];
  const speeds = new SpeedMeter();
  for (;;) {
    const state = await fetchState(article.dataset['delivery'] ?? '');
    if (state === 'refused') return;
    if (state) {
      showDownloads(section, state.downloads, speeds);
      // Nothing becomes `requested` again: a page that says more was told by the node, and internal-db not yet.
      if (state.state !== 'requested' && state.state !== shownState) return location.reload();
    }
    const isRunning = state?.downloads.some((download) => download.outcome === 'running') ?? false;
    await waitVisible(state ? (isRunning ? activePollMs : idlePollMs) : failedPollMs);
  }
}

/** Null when there is no answer now; `refused` when there will be none: the session or the delivery is gone. */
async function fetchState(delivery: string): Promise<DeliveryState | 'refused' | null> {
  try {
    const answer = await fetch(`/api/v1/deliveries/${delivery}`, { headers: { accept: 'application/json' } });
    if (answer.status === 401 || answer.status === 404) return 'refused';
    return answer.ok ? ((await answer.json()) as DeliveryState) : null;
  } catch {
    // The network or the server is away for a moment: the next round will tell.
    return null;
  }
}

/** Waits, and then on until somebody looks at the page. */
async function waitVisible(delayMs: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, delayMs));
  while (document.hidden) {
    await new Promise((resolve) => document.addEventListener('visibilitychange', resolve, { once: true }));
  }
}

function showDownloads(section: HTMLElement, downloads: readonly DownloadState[], speeds: SpeedMeter): void {
  const list = section.querySelector('[data-rows]');
  if (!list) return;
  section.querySelector('[data-none]')?.toggleAttribute('hidden', downloads.length > 0);
  for (const download of downloads.toReversed()) {
    const known = list.querySelector<HTMLElement>(`[data-download-id="${CSS.escape(download.id)}"]`);
    const row = known ?? createRow(download);
    if (!known) list.prepend(row);
    if (row.dataset['outcome'] === 'running' && download.outcome !== 'running') announce(section, download);
    fillRow(row, download, speeds.measure(download.id, reachedBytesOf(download)));
  }
}

function createRow(download: DownloadState): HTMLElement {
  const row = document.createElement('li');
  row.dataset['downloadId'] = download.id;
  const heading = element('span', 'split');
  const label = element('span', '', `${download.protocol.toUpperCase()} from ${download.address}`);
  const words = element('span', '');
  words.dataset['outcomeWords'] = '';
  heading.append(label, ' ', words);
  const bar = document.createElement('progress');
  bar.setAttribute('aria-label', label.textContent ?? '');
  const facts = element('span', 'facts');
  const amount = element('span', '');
  amount.dataset['amount'] = '';
  const began = document.createElement('time');
  began.dateTime = download.startedAt;
  facts.append(amount, ' · began ', began);
  row.append(heading, bar, facts);
  localizeTimes(row);
  return row;
}

function fillRow(row: HTMLElement, download: DownloadState, bytesPerSecond: number | null): void {
  const reachedBytes = reachedBytesOf(download);
  row.dataset['outcome'] = download.outcome;
  const bar = row.querySelector('progress');
  if (bar) {
    bar.max = download.sizeBytes;
    bar.value = reachedBytes;
  }
  const isRunning = download.outcome === 'running';
  setText(row, '[data-outcome-words]', describeOutcome(download.outcome));
  const amount = { reachedBytes, sizeBytes: download.sizeBytes };
  setText(row, '[data-amount]', describeAmount(amount, isRunning ? bytesPerSecond : null));
}

function announce(section: HTMLElement, download: DownloadState): void {
  const words = describeOutcome(download.outcome);
  setText(section, '[data-announcement]', `Download over ${download.protocol.toUpperCase()}: ${words}.`);
}

function reachedBytesOf(download: DownloadState): number {
  return download.offsetBytes + download.sentBytes;
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
