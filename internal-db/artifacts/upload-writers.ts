// Who writes to an upload: one at a time. A newcomer ends the one before, which may wait on a connection that nobody has
// noticed to be dead. Called by uploads.ts and finish-upload.ts.

interface Writing {
  readonly controller: AbortController;
  readonly over: Promise<unknown>;
}

/** The writers of all uploads. */
export class UploadWriters {
  readonly #writings = new Map<string, Writing>();

  /** Ends the upload's writer, if there is one, waits for it, and then runs `work`; its signal is for the next one to abort. */
  async takeOver<T>(upload: string, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const before = this.#writings.get(upload);
    before?.controller.abort();
    const controller = new AbortController();
    const running = (before?.over ?? Promise.resolve()).then(() => work(controller.signal));
    const over = running.then(
      () => {},
      () => {},
    );
    const writing = { controller, over };
    this.#writings.set(upload, writing);
    try {
      return await running;
    } finally {
      if (this.#writings.get(upload) === writing) this.#writings.delete(upload);
    }
  }
}
