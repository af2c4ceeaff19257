// A table that stays one on a wide screen and becomes a list of labelled values on a telephone (design.css). The roles are
// written out, because a table that is laid out otherwise loses them in some browsers.
import { html, type Html, type HtmlValue } from '../html.ts';

/** A column: its heading, and whether it holds numbers, which stand at the right. */
export interface TableColumn {
  readonly heading: string;
  readonly kind?: 'number' | 'action';
}

/** A table. `caption` is read aloud and not shown, since a heading stands above; each row has one cell a column. */
export interface Table {
  readonly caption: string;
  readonly columns: readonly (TableColumn | string)[];
  readonly rows: readonly (readonly HtmlValue[])[];
  /** What stands here when there are no rows. */
  readonly empty: string;
}

/** The table, or its sentence for "none". The first cell of a row is the row's heading. */
export function renderTable({ caption, columns, rows, empty }: Table): Html {
  if (rows.length === 0) return html`<p class="empty">${empty}</p>`;
  const known = columns.map((column) => (typeof column === 'string' ? { heading: column } : column));
  return html`<table class="table" role="table">
    <caption class="visually-hidden">
      ${caption}
    </caption>
    <thead role="rowgroup">
      <tr role="row">
        ${known.map(renderHeading)}
      </tr>
    </thead>
    <tbody role="rowgroup">
      ${rows.map((cells) => renderRow(known, cells))}
    </tbody>
  </table>`;
}

function renderHeading({ heading, kind }: TableColumn): Html {
  const text = kind === 'action' ? html`<span class="visually-hidden">${heading}</span>` : heading;
  return html`<th scope="col" role="columnheader" class="${kind ?? ''}">${text}</th>`;
}

function renderRow(columns: readonly TableColumn[], cells: readonly HtmlValue[]): Html {
  const rendered = columns.map(({ heading, kind }, index) => {
    const label = kind === 'action' ? '' : heading;
    return index === 0
      ? html`<th scope="row" role="rowheader" class="${kind ?? ''}">${cells[index]}</th>`
      : html`<td role="cell" class="${kind ?? ''}" data-label="${label}"><div>${cells[index]}</div></td>`;
  });
  return html`<tr role="row">
    ${rendered}
  </tr>`;
}
