// The small parts that pages are put together from: notices, labels, facts, things to copy, tabs, the way to the next page
// of a list. Their looks are in assets/components.css; README.md shows each.
import { html, type Html, type HtmlValue } from '../html.ts';

/** How something stands: in the colour and, in its words, without it. */
export type Mood = 'good' | 'warn' | 'bad' | 'plain';

/** A message above the page's content. What failed is announced at once (`alert`), what was done politely. */
export function renderNotice(mood: Mood, message: HtmlValue, actions: HtmlValue = null): Html {
  return html`<div class="notice ${mood}" role="${mood === 'bad' ? 'alert' : 'status'}">
    <div>${message}</div>
    ${actions ? html`<div class="actions">${actions}</div>` : null}
  </div>`;
}

/** A small label that says how something stands. */
export function renderTag(mood: Mood, text: HtmlValue): Html {
  return html`<span class="tag ${mood}">${text}</span>`;
}

/** Names and values beside each other. Pairs with the value null are left out. */
export function renderFacts(facts: readonly (readonly [name: string, value: HtmlValue])[]): Html {
  const pairs = facts.map(([name, value]) =>
    value === null || value === undefined || value === false
      ? null
      : html`<div>
          <dt>${name}</dt>
          <dd>${value}</dd>
        </div>`,
  );
  return html`<dl class="facts">${pairs}</dl>`;
}

/** A text in fixed width that the script gives a Copy button; `what` names it to those who hear the page. */
export function renderCopyable(what: string, text: string): Html {
  return html`<span class="copyable"><code data-copy="${what}">${text}</code></span>`;
}

/** Large figures with their names. */
export function renderNumbers(numbers: readonly (readonly [name: string, value: HtmlValue])[]): Html {
  const pairs = numbers.map(
    ([name, value]) =>
      html`<div>
        <dt>${name}</dt>
        <dd>${value}</dd>
      </div>`,
  );
  return html`<dl class="numbers">${pairs}</dl>`;
}

/** Links to the parts of one thing; `current` is the href of the part that is shown. */
export function renderTabs(
  label: string,
  tabs: readonly (readonly [href: string, text: string])[],
  current: string,
): Html {
  const links = tabs.map(
    ([href, text]) =>
      html`<li><a href="${href}" ${href === current ? html`aria-current="page"` : null}>${text}</a></li>`,
  );
  return html`<nav class="tabs" aria-label="${label}">
    <ul>
      ${links}
    </ul>
  </nav>`;
}

/** The way on in a list; nothing where the list ends on its first page. */
export function renderPager(pager: {
  readonly label: string;
  readonly first: { readonly href: string; readonly text: string } | null;
  readonly next: { readonly href: string; readonly text: string } | null;
}): Html | null {
  const { label, first, next } = pager;
  if (!first && !next) return null;
  return html`<nav class="pager" aria-label="${label}">
    ${first ? html`<a class="button quiet" href="${first.href}">${first.text}</a>` : null}
    ${next ? html`<a class="button quiet" href="${next.href}" rel="next">${next.text}</a>` : null}
  </nav>`;
}

/** Something that is folded until it is wanted. */
export function renderFold(summary: HtmlValue, content: HtmlValue, isOpen = false): Html {
  return html`<details class="fold" ${isOpen ? html`open` : null}>
    <summary>${summary}</summary>
    <div class="fold-body">${content}</div>
  </details>`;
}

/** What stands where a list is empty: a sentence, what to do, and perhaps the way there. */
export function renderEmpty(sentence: string, advice: HtmlValue = null, actions: HtmlValue = null): Html {
  return html`<div class="empty">
    <p class="lead">${sentence}</p>
    ${advice ? html`<p>${advice}</p>` : null} ${actions ? html`<div class="actions">${actions}</div>` : null}
  </div>`;
}
