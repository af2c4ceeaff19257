// The console's page frame: head, navigation, a notice, the content. Called by every page.
import { html, type Html } from '#commlink/pages/html.ts';
import type { StaffCaller } from './staff-session.ts';
import { formTokenOf } from './staff-session.ts';
import { mayDo } from './staff-permissions.ts';

/** What a page is made of. `caller` is null on the sign-in page. */
export interface PageParts {
  readonly title: string;
  readonly caller: StaffCaller | null;
  /** A sentence at the top: what was done, or why not. */
  readonly notice?: { readonly kind: 'done' | 'refused'; readonly text: string } | null;
  readonly content: Html;
}

/** The whole page as text. */
export function renderPage({ title, caller, notice, content }: PageParts): string {
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${title} · Consign console</title>
        <link rel="stylesheet" href="/console.css" />
      </head>
      <body>
        <header>
          <a class="brand" href="/">Consign <small>console</small></a>
          ${caller ? navigation(caller) : null}
        </header>
        <main>
          <h1>${title}</h1>
          ${notice ? html`<p class="notice ${notice.kind}" role="status">${notice.text}</p>` : null}
          ${content}
        </main>
        <footer>All times are UTC.</footer>
      </body>
    </html>`;
  return page.text;
}

/** The hidden field that every form of a signed-in page carries. */
export function formTokenField(caller: StaffCaller): Html {
  return html`<input type="hidden" name="formToken" value="${formTokenOf(caller.session)}" />`;
}

/** A table; with no rows, a sentence instead. */
export function renderTable(headings: readonly string[], rows: readonly Html[], none: string): Html {
  if (rows.length === 0) return html`<p class="none">${none}</p>`;
  const cells = headings.map((heading) => html`<th scope="col">${heading}</th>`);
  return html`<div class="scroll">
    <table>
      <thead>
        <tr>
          ${cells}
        </tr>
      </thead>
      <tbody>
        ${rows}
      </tbody>
    </table>
  </div>`;
}

/** A time as UTC text, for people and machines; nothing for null. */
export function renderTime(atMs: number | null): Html {
  if (atMs === null) return html`<span class="soft">–</span>`;
  const iso = new Date(atMs).toISOString();
  return html`<time datetime="${iso}">${iso.slice(0, 19).replace('T', ' ')}</time>`;
}

/** A size in binary units, e.g. 12.3 MiB. */
export function sizeText(sizeBytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];
  const exponent = sizeBytes < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(sizeBytes) / 10));
  const value = sizeBytes / 1024 ** exponent;
  return `${exponent === 0 ? value : value.toFixed(1)} ${units[exponent] ?? 'B'}`;
}

function navigation(caller: StaffCaller): Html {
  const { staff } = caller;
  return html`<nav>
      <a href="/">Overview</a>
      <a href="/accounts">Accounts</a>
      <a href="/why">Why?</a>
      ${mayDo(staff.role, 'audit.read') ? html`<a href="/audit">Audit log</a>` : null}
    </nav>
    <form method="post" action="/sign-out" class="sign-out">
      ${formTokenField(caller)}
      <span>${staff.displayName} <small>${staff.role}</small></span>
      <button>Sign out</button>
    </form>`;
}
