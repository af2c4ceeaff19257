// The one door to the template library. What is put into a template is escaped, unless it is markup that another
// template made: no text of a customer or of staff ever becomes markup. The library's own way to switch escaping off
// (a `!` before the value) is not reachable from here.
import { html as escapeWithGhtml } from 'ghtml';

/** Markup that was made by `html`. */
export class Html {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** What may be put into a template: text (escaped), markup, lists of either; null and undefined stand for nothing. */
export type HtmlValue = Html | string | number | null | undefined | readonly HtmlValue[];

/** A template tag: html`<p>${text}</p>`. Values in attributes stand between double quotes. */
export function html(literals: TemplateStringsArray, ...values: readonly HtmlValue[]): Html {
  return new Html(literals.map((literal, index) => literal + render(values[index])).join(''));
}

function render(value: HtmlValue): string {
  if (value === null || value === undefined) return '';
  if (value instanceof Html) return value.text;
  if (typeof value === 'object') return value.map(render).join('');
  return escapeWithGhtml`${value}`;
}
