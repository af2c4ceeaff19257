// Keeps a live page up to date: told by the console that there is something newer, it loads the page again in the background
// and puts what is different in place of what is shown. A part in which somebody works stays as it is: where the focus or a
// selection is, where something was typed, what was unfolded. Without a script the page has a link that loads it again.

const retryMs = 8000;
/** When a part that somebody works in is looked at again. */
const laterMs = 3000;

/** Follows the page, if it is a live one. Called before any script changes it; `enhance` is run on each part that is new. */
export function followLivePage(root: Document, enhance: (part: ParentNode) => void): void {
  const region = root.querySelector<HTMLElement>('[data-live]');
  if (region) new LiveRegion(region, enhance).follow();
}

class LiveRegion {
  readonly #region: HTMLElement;
  readonly #enhance: (part: ParentNode) => void;
  /** The parts as the console sent them, without what scripts have added. */
  #served: Element[];
  #source: EventSource | null = null;
  #isLoading = false;

  constructor(region: HTMLElement, enhance: (part: ParentNode) => void) {
    this.#region = region;
    this.#enhance = enhance;
    this.#served = partsOf(region.cloneNode(true) as Element);
  }

  follow(): void {
    document.addEventListener('visibilitychange', () => (document.hidden ? this.#leave() : this.#listen()));
    // A form's own answer must not be overtaken.
    document.addEventListener('submit', () => this.#leave());
    globalThis.addEventListener('pagehide', () => this.#leave());
    globalThis.addEventListener('pageshow', () => this.#listen());
    this.#listen();
  }

  #listen(): void {
    if (this.#source || document.hidden) return;
    const source = new EventSource(this.#region.dataset['live'] ?? '');
    this.#source = source;
    source.addEventListener('open', () => showLive(true));
    source.addEventListener('changed', () => void this.#refresh());
    source.addEventListener('end', () => this.#leave());
    // A browser tries a stream that broke off again by itself, but not one that was refused.
    source.addEventListener('error', () => {
      showLive(false);
      if (source.readyState !== EventSource.CLOSED || this.#source !== source) return;
      this.#leave();
      setTimeout(() => this.#listen(), retryMs);
    });
  }

  #leave(): void {
    this.#source?.close();
    this.#source = null;
    showLive(false);
  }

  async #refresh(): Promise<void> {
    if (this.#isLoading) return;
    this.#isLoading = true;
    // The page's own address: what is shown may be the answer to a form, which has another one.
    const loaded = await loadPage(refreshLink()?.href ?? location.href);
    this.#isLoading = false;
    const fresh = loaded?.querySelector<HTMLElement>('[data-live]');
    // The sign-in, or a page about an error: what is shown stays, with what was typed into it.
    if (!fresh) return this.#leave();
    this.#region.dataset['live'] = fresh.dataset['live'] ?? '';
    if (!this.#show(partsOf(fresh))) setTimeout(() => this.#source && void this.#refresh(), laterMs);
  }

  /** Whether all of it is shown now. */
  #show(fresh: Element[]): boolean {
    const shown = partsOf(this.#region);
    if (fresh.length !== shown.length || fresh.length !== this.#served.length) {
      if (isInUse(this.#region)) return false;
      this.#served = fresh.map((part) => part.cloneNode(true) as Element);
      this.#region.replaceChildren(...fresh);
      this.#enhance(this.#region);
      return true;
    }
    let isWhole = true;
    for (const [index, part] of fresh.entries()) {
      const old = shown[index];
      if (!old || this.#served[index]?.isEqualNode(part)) continue;
      if (isInUse(old)) {
        isWhole = false;
        continue;
      }
      this.#served[index] = part.cloneNode(true) as Element;
      old.replaceWith(part);
      this.#enhance(part);
    }
    return isWhole;
  }
}

function partsOf(region: Element): Element[] {
  return [...region.children];
}

function refreshLink(): HTMLAnchorElement | null {
  return document.querySelector<HTMLAnchorElement>('[data-refresh]');
}

/** Says that the page is live, or offers to load it again. */
function showLive(isLive: boolean): void {
  refreshLink()?.toggleAttribute('hidden', isLive);
  document.querySelector('[data-live-tag]')?.toggleAttribute('hidden', !isLive);
}

function isInUse(part: Element): boolean {
  const selection = getSelection();
  const isSelected = selection !== null && !selection.isCollapsed && part.contains(selection.anchorNode);
  const fields = [...part.querySelectorAll<HTMLInputElement | HTMLTextAreaElement>('input, textarea')];
  return (
    isSelected ||
    part.contains(document.activeElement) ||
    part.querySelector('details[open]') !== null ||
    fields.some((field) => field.value !== field.defaultValue)
  );
}

/** Read as a document by the browser itself, which runs nothing in it; null when it can't be had. */
function loadPage(address: string): Promise<Document | null> {
  return new Promise((resolve) => {
    const request = new XMLHttpRequest();
    request.open('GET', address);
    request.responseType = 'document';
    request.addEventListener('load', () => resolve(request.status === 200 ? request.responseXML : null));
    request.addEventListener('error', () => resolve(null));
    request.send();
  });
}
