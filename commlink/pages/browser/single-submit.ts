// Keeps a double click from sending a form twice: two deliveries, or two tokens, where one was meant.

/** Disables the buttons of forms marked with data-once after their first submission, those that come later too. */
export function sendFormsOnce(root: Document): void {
  root.addEventListener('submit', ({ target }) => {
    if (!(target instanceof HTMLFormElement) || !target.matches('[data-once]')) return;
    const button = target.querySelector('button');
    // A disabled button during the event would cancel the submission in some browsers.
    if (button) setTimeout(() => (button.disabled = true), 0);
  });
  // A page that comes back from the history cache must have working buttons.
  globalThis.addEventListener('pageshow', () => {
    for (const button of root.querySelectorAll<HTMLButtonElement>('form[data-once] button'))
      button.disabled = false;
  });
}
