// Closes an open menu as people expect it: by Escape, by a click elsewhere, and when the focus goes elsewhere. Menus are
// `details` elements, which open and close without this too.

/** Watches every menu below `root`. */
export function closeMenus(root: Document): void {
  const closeOthers = (target: EventTarget | null) => {
    for (const menu of root.querySelectorAll<HTMLDetailsElement>('details.menu[open]')) {
      if (!(target instanceof Node) || !menu.contains(target)) menu.open = false;
    }
  };
  root.addEventListener('click', (event) => closeOthers(event.target));
  root.addEventListener('focusin', (event) => closeOthers(event.target));
  root.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape') return;
    const open = root.querySelector<HTMLDetailsElement>('details.menu[open]');
    open?.querySelector('summary')?.focus();
    closeOthers(null);
  });
}
