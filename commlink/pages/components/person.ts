// The person who is signed in, at the end of the banner: a menu that opens without a script, since it is a `details` element.
import { html, type Html, type HtmlValue } from '../html.ts';

/** The menu. `note` stands below the name: an organization, a role. */
export function renderPersonMenu(person: {
  readonly name: string;
  readonly note: string;
  readonly content: HtmlValue;
}): Html {
  const { name, note, content } = person;
  return html`<details class="menu">
    <summary>
      <span class="initials" aria-hidden="true">${initialsOf(name)}</span>
      <span class="viewer">${name}<small>${note}</small></span>
    </summary>
    <div class="menu-body">${content}</div>
  </details>`;
}

/** Up to two letters: of the first and the last word of a name. */
function initialsOf(name: string): string {
  const words = name.trim().split(/\s+/);
  const chosen = words.length > 1 ? [words[0], words.at(-1)] : [words[0]];
  return chosen.map((word) => /[\p{L}\p{N}]/u.exec(word ?? '')?.[0].toLocaleUpperCase() ?? '').join('');
}
