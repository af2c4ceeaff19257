// The upload page with a script: files are dropped or chosen, sent one after the other in pieces, with progress, a pause, and
// patience when the connection is lost. What has arrived is the console's to say, so a reload loses nothing.
import { humanSize } from '#commlink/pages/browser/human-size.ts';
import { uploadLanguage, uploadWords as words } from './upload-words.ts';
import { PieceSender, SendingError, type UploadTarget } from './piece-sender.ts';

const retryFirstMs = 1000;
const retryLongestMs = 30_000;

/** Takes the upload form over, where the page has one. */
export function sendFilesInPieces(root: Document): void {
  const form = root.querySelector<HTMLFormElement>('form[data-upload]');
  const list = root.querySelector<HTMLElement>('[data-uploads]');
  const status = root.querySelector<HTMLElement>('[data-upload-status]');
  if (form && list && status) new UploadQueue(form, list, status).start();
}

/** A file that waits, is sent, or is over. */
class Upload {
  readonly file: File;
  readonly target: UploadTarget;
  readonly row = document.createElement('li');
  state: 'waiting' | 'sending' | 'paused' | 'done' | 'refused' = 'waiting';
  controller = new AbortController();
  readonly #text = document.createElement('span');
  readonly #bar = document.createElement('progress');
  readonly #button = document.createElement('button');

  constructor(file: File, target: UploadTarget, onPress: (upload: Upload) => void) {
    this.file = file;
    this.target = target;
    const name = document.createElement('strong');
    name.textContent = file.name;
    this.#bar.max = Math.max(1, file.size);
    this.#bar.value = 0;
    this.#bar.setAttribute('aria-label', words.progressOf(file.name));
    this.#button.type = 'button';
    this.#button.className = 'quiet';
    this.#button.addEventListener('click', () => onPress(this));
    this.row.append(name, this.#bar, this.#text, this.#button);
    this.show('waiting', words.waiting);
  }

  show(state: Upload['state'], text: string): void {
    this.state = state;
    this.row.dataset['state'] = state;
    this.#text.textContent = text;
    const verb = state === 'paused' || state === 'refused' ? words.resume : words.pause;
    this.#button.textContent = verb;
    this.#button.setAttribute('aria-label', words.buttonOf(verb, this.file.name));
    this.#button.hidden = state === 'done';
    if (state === 'done') this.#bar.value = this.#bar.max;
  }

  showOffset(offsetBytes: number): void {
    this.#bar.value = offsetBytes;
    this.show(
      'sending',
      words.sent(humanSize(offsetBytes, uploadLanguage), humanSize(this.file.size, uploadLanguage)),
    );
  }
}

class UploadQueue {
  readonly #form: HTMLFormElement;
  readonly #list: HTMLElement;
  readonly #status: HTMLElement;
  readonly #uploads: Upload[] = [];
  #isRunning = false;

  constructor(form: HTMLFormElement, list: HTMLElement, status: HTMLElement) {
    this.#form = form;
    this.#list = list;
    this.#status = status;
  }

  start(): void {
    this.#form.addEventListener('submit', (event) => {
      event.preventDefault();
      const input = this.#form.querySelector<HTMLInputElement>('input[type=file]');
      this.#add([...(input?.files ?? [])]);
      if (input) input.value = '';
    });
    const over = (isOver: boolean) => (event: DragEvent) => {
      event.preventDefault();
      this.#form.classList.toggle('dropping', isOver);
    };
    this.#form.addEventListener('dragover', over(true));
    this.#form.addEventListener('dragleave', over(false));
    this.#form.addEventListener('drop', (event) => {
      over(false)(event);
      const input = this.#form.querySelector<HTMLInputElement>('input[type=file]');
      // What was dropped counts as chosen, so that the other fields are asked for all the same.
      if (input && event.dataTransfer) input.files = event.dataTransfer.files;
      if (this.#form.reportValidity()) this.#form.requestSubmit();
    });
    globalThis.addEventListener('beforeunload', (event) => {
      if (this.#isRunning) event.preventDefault();
    });
  }

  #add(files: readonly File[]): void {
    const fields = new FormData(this.#form);
    const text = (name: string): string => {
      const value = fields.get(name);
      return typeof value === 'string' ? value : '';
    };
    const target: UploadTarget = {
      formToken: text('formToken'),
      product: this.#form.dataset['upload'] ?? '',
      version: text('version'),
      channel: text('channel'),
      platform: text('platform'),
    };
    for (const file of files) {
      const upload = new Upload(file, target, (pressed) => this.#press(pressed));
      this.#uploads.push(upload);
      this.#list.append(upload.row);
    }
    void this.#run();
  }

  #press(upload: Upload): void {
    if (upload.state === 'paused' || upload.state === 'refused') {
      upload.controller = new AbortController();
      upload.show('waiting', words.waiting);
      void this.#run();
      return;
    }
    upload.controller.abort();
    upload.show('paused', words.paused);
  }

  async #run(): Promise<void> {
    if (this.#isRunning) return;
    this.#isRunning = true;
    for (let next = this.#next(); next; next = this.#next()) await this.#send(next);
    this.#isRunning = false;
    this.#tell();
  }

  #next(): Upload | undefined {
    return this.#uploads.find(({ state }) => state === 'waiting');
  }

  async #send(upload: Upload): Promise<void> {
    const { signal } = upload.controller;
    const sender = new PieceSender(upload.file, upload.target, signal);
    for (let pauseMs = retryFirstMs; !signal.aborted; pauseMs = Math.min(pauseMs * 2, retryLongestMs)) {
      try {
        const digest = await sender.send((offsetBytes) => {
          pauseMs = retryFirstMs;
          upload.showOffset(offsetBytes);
        });
        upload.show('done', words.done(digest));
        return;
      } catch (error) {
        if (signal.aborted) return;
        if (error instanceof SendingError) {
          upload.show('refused', error.message);
          return;
        }
        upload.show('sending', words.connectionLost);
        await online(pauseMs, signal);
      }
    }
  }

  /** In words, and with a link to the draft, once everything is over. */
  #tell(): void {
    const done = this.#uploads.filter(({ state }) => state === 'done');
    const [last] = done.slice(-1);
    if (!last) return;
    const { product, version } = last.target;
    const link = document.createElement('a');
    link.href = `/products/${product}/releases/${encodeURIComponent(version)}`;
    link.textContent = words.lookAtDraft(version);
    this.#status.replaceChildren(words.allDone(done.length), link);
  }
}

/** Waits for so long, or until the browser says that it is online again, or until the pause is pressed. */
function online(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    const early = (): void => {
      clearTimeout(timer);
      resolve();
    };
    globalThis.addEventListener('online', early, { once: true });
    signal.addEventListener('abort', early, { once: true });
  });
}
