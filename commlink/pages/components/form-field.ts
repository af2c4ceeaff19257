// A field of a form: its label, a hint, the control, and what is wrong with it, tied together for who hears the page.
import { html, type Html, type HtmlValue } from '../html.ts';

/** What all fields have. `name` is the control's name and, with `idPrefix`, its id. */
interface FieldFrame {
  readonly name: string;
  readonly label: string;
  readonly hint?: HtmlValue;
  /** What to correct. */
  readonly error?: string | null;
  /** Keeps ids apart where a page has the same form twice. */
  readonly idPrefix?: string;
}

/** A line of text, a password, a date or a number. Attributes are written out; `true` writes one without a value. */
export interface TextField extends FieldFrame {
  readonly type?: 'text' | 'password' | 'email' | 'search' | 'date' | 'datetime-local' | 'number' | 'url';
  readonly value?: string | number | null;
  readonly attributes?: Readonly<Record<string, string | number | boolean>>;
}

/** A choice from a list. */
export interface SelectField extends FieldFrame {
  readonly options: readonly { readonly value: string; readonly text: string }[];
  readonly value?: string | null;
  readonly attributes?: Readonly<Record<string, string | number | boolean>>;
}

/** A field of one line. */
export function renderTextField({ type = 'text', value, attributes = {}, ...field }: TextField): Html {
  return withFrame(
    field,
    (described) =>
      html`<input
        id="${idOf(field)}"
        name="${field.name}"
        type="${type}"
        value="${value ?? ''}"
        ${described}${attributeList(attributes)}
      />`,
  );
}

/** A field of several lines. */
export function renderTextArea({ value, attributes = {}, ...field }: Omit<TextField, 'type'>): Html {
  return withFrame(
    field,
    // The first line feed in a text area is dropped by the browser, so one stands before what was typed.
    (described) =>
      html`<textarea id="${idOf(field)}" name="${field.name}" ${described}${attributeList(attributes)}>
${value ?? ''}</textarea>`,
  );
}

/** A list to choose from. */
export function renderSelect({ options, value, attributes = {}, ...field }: SelectField): Html {
  const choices = options.map(
    (option) =>
      html`<option value="${option.value}" ${option.value === value ? html`selected` : null}>
        ${option.text}
      </option>`,
  );
  return withFrame(
    field,
    (described) =>
      html`<select id="${idOf(field)}" name="${field.name}" ${described}${attributeList(attributes)}>
        ${choices}
      </select>`,
  );
}

/** A box to tick, or one of several round ones (`radio`), with its label behind it. */
export function renderChoice(choice: {
  readonly kind: 'checkbox' | 'radio';
  readonly name: string;
  readonly value: string;
  readonly label: HtmlValue;
  readonly hint?: HtmlValue;
  readonly checked?: boolean;
  readonly required?: boolean;
}): Html {
  const { kind, name, value, label, hint, checked = false, required = false } = choice;
  return html`<label class="choice"
    ><input
      type="${kind}"
      name="${name}"
      value="${value}"
      ${checked ? html`checked` : null}
      ${required ? html`required` : null}
    /><span>${label}${hint ? html`<small>${hint}</small>` : null}</span></label
  >`;
}

function withFrame(field: FieldFrame, control: (described: Html | null) => Html): Html {
  const { label, hint, error } = field;
  const id = idOf(field);
  const described = [hint ? `${id}-hint` : '', error ? `${id}-error` : ''].filter((part) => part !== '');
  const attributes =
    described.length === 0
      ? null
      : html`aria-describedby="${described.join(' ')}" ${error ? html`aria-invalid="true"` : null} `;
  return html`<div class="field${error ? ' wrong' : ''}">
    <label for="${id}">${label}</label>
    ${hint ? html`<p class="hint" id="${id}-hint">${hint}</p>` : null} ${control(attributes)}
    ${error ? html`<p class="field-error" id="${id}-error">${error}</p>` : null}
  </div>`;
}

function idOf({ name, idPrefix = '' }: FieldFrame): string {
  return idPrefix + name;
}

/** Names of attributes are written by our pages; their values may be anything. */
function attributeList(attributes: Readonly<Record<string, string | number | boolean>>): HtmlValue {
  return Object.entries(attributes).map(([name, value]) => {
    if (value === false) return null;
    return value === true ? html` ${name}` : html` ${name}="${value}"`;
  });
}
