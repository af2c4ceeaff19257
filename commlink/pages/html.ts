// HTML text that is safe by construction, and the one door to the template library. Every value put into `html` is
// escaped, unless it is itself the product of `html`. The library's own way to switch escaping off (a `!` before the
// value) is not reachable from here: a sentence that ends in "!" before a value would switch it off by accident.
import { html as escapeWithGhtml } from 'ghtml';

/** A piece of HTML that may be put into other HTML as it is. */
export class Html {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  /** The HTML itself, to send. */
  toString(): string {
    return this.text;
  }
}

/** What may stand in a template: text (escaped), HTML, lists of either; null, undefined and false stand for nothing. */
export type HtmlValue = string | number | Html | null | undefined | false | readonly HtmlValue[];

/** Template tag for HTML. Attribute values must be written in double quotes in the template. */
export function html(literals: TemplateStringsArray, ...values: readonly HtmlValue[]): Html {
  let text = literals[0] ?? '';
  for (let index = 0; index < values.length; index += 1) {
    text += render(values[index]) + (literals[index + 1] ?? '');
  }
  return new Html(text);
}

/** Text that is the same in HTML, whatever stands around it: most of what a page shows is, and need not be looked through. */
const harmless = /^[\w .,:;/()+-]*$/;

function render(value: HtmlValue): string {
  if (value === null || value === undefined || value === false) return '';
  if (value instanceof Html) return value.text;
  if (typeof value === 'object') return value.map(render).join('');
  if (typeof value === 'number' || harmless.test(value)) return String(value);
  return escapeWithGhtml`${value}`;
}
