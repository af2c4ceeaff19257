// Adds a Copy button after everything marked with data-copy, whose value says what is copied to those who hear the page.

const confirmationMs = 1600;

/** Adds the buttons below `root`; none where the browser has no clipboard for us. */
export function addCopyButtons(root: ParentNode): void {
  if (!('clipboard' in navigator)) return;
  for (const source of root.querySelectorAll<HTMLElement>('[data-copy]')) {
    source.after(copyButton(source));
  }
}

function copyButton(source: HTMLElement): HTMLButtonElement {
  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'copy';
  const label = (text: string) => {
    button.textContent = text;
    button.ariaLabel = `${text}: ${source.dataset['copy'] ?? ''}`;
  };
  label('Copy');
  button.addEventListener('click', () => {
    navigator.clipboard.writeText(source.textContent).then(
      () => label('Copied'),
      () => {
        // The browser declined (a policy, or a page in the background): selecting the text is the next best thing.
        globalThis.getSelection()?.selectAllChildren(source);
        label('Press Ctrl-C');
      },
    );
    setTimeout(() => label('Copy'), confirmationMs);
  });
  return button;
}
