// Rewrites the times of a page, which the server writes in UTC, for the reader's zone and language.

const local = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' });

/** Rewrites every <time> below `root`; the exact moment stays in its title. */
export function localizeTimes(root: ParentNode): void {
  for (const element of root.querySelectorAll('time')) {
    const at = new Date(element.dateTime);
    if (Number.isNaN(at.getTime())) continue;
    element.title = element.dateTime;
    element.textContent = local.format(at);
  }
}
