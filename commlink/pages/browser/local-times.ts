// Rewrites the times of a page, which the server writes in UTC, for the reader's zone, in the page's language.

/** Rewrites every <time> below `root` that names a moment; the exact moment stays in its title. Days stay as they are. */
export function localizeTimes(root: ParentNode): void {
  const language = document.documentElement.lang;
  const local = new Intl.DateTimeFormat(language === 'en' ? 'en-GB' : language, {
    dateStyle: 'medium',
    timeStyle: 'short',
  });
  for (const element of root.querySelectorAll('time')) {
    const at = new Date(element.dateTime);
    if (!element.dateTime.includes('T') || Number.isNaN(at.getTime())) continue;
    element.title = element.dateTime;
    element.textContent = local.format(at);
  }
}
