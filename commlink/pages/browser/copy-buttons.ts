// Adds a Copy button after everything marked with data-copy, whose value says what is copied to those who hear the page.

const confirmationMs = 1600;
const words = {
  en: { copy: 'Copy', copied: 'Copied', byHand: 'Press Ctrl-C' },
  de: { copy: 'Kopieren', copied: 'Kopiert', byHand: 'Strg-C drücken' },
} as const;

/** Adds the buttons below `root`, in the page's language; none where the browser has no clipboard for us. */
export function addCopyButtons(root: ParentNode): void {
  if (!('clipboard' in navigator)) return;
  for (const source of root.querySelectorAll<HTMLElement>('[data-copy]')) {
    source.after(copyButton(source));
  }
}

function copyButton(source: HTMLElement): HTMLButtonElement {
  const { copy, copied, byHand } = words[document.documentElement.lang === 'de' ? 'de' : 'en'];
  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'copy';
  const label = (text: string) => {
    button.textContent = text;
    button.ariaLabel = `${text}: ${source.dataset['copy'] ?? ''}`;
  };
  label(copy);
  button.addEventListener('click', () => {
    navigator.clipboard.writeText(source.textContent).then(
      () => label(copied),
      () => {
        // The browser declined (a policy, or a page in the background): selecting the text is the next best thing.
        globalThis.getSelection()?.selectAllChildren(source);
        label(byHand);
      },
    );
    setTimeout(() => label(copy), confirmationMs);
  });
  return button;
}
