// How sizes and moments are written on pages: exact for everybody, and marked up so that the browser's script can show
// them in the reader's own time zone.
import { html, type Html } from '#commlink/pages/html.ts';
import { humanSize } from '../browser/download-words.ts';

const digits = new Intl.NumberFormat('en');
const utc = new Intl.DateTimeFormat('en-GB', {
  dateStyle: 'medium',
  timeStyle: 'short',
  timeZone: 'UTC',
});

/** A size for people, with the exact count of bytes after it. */
export function sizeText(sizeBytes: number): Html {
  if (sizeBytes < 1000) return html`<span class="size">${humanSize(sizeBytes)}</span>`;
  return html`<span class="size"
    >${humanSize(sizeBytes)} <small>(${digits.format(sizeBytes)} bytes)</small></span
  >`;
}

/** A moment, written in UTC; the script rewrites it in the reader's time zone. */
export function timeText(atMs: number): Html {
  const at = new Date(atMs);
  return html`<time datetime="${at.toISOString()}">${utc.format(at)} UTC</time>`;
}
