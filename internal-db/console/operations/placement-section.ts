// Where the files of one product are kept: the part of its page that says so, and the form that changes it, parsed into the text
// that the service takes. Called by product-pages.ts and product-routes.ts.
import type { ParamsOf } from '#commlink/method-table.ts';
import { adminMethods } from '#commlink/methods/admin-methods.ts';
import { renderSelect, renderTextField } from '#commlink/pages/components/form-field.ts';
import { renderFold } from '#commlink/pages/components/parts.ts';
import { html, type Html } from '#commlink/pages/html.ts';
import { RpcError } from '#commlink/rpc-error.ts';
import { compileSchema } from '#commlink/schema.ts';
import type { FormFields } from '../console-forms.ts';
import { formTokenField } from '../layout.ts';
import { mayDo } from '../staff-permissions.ts';
import type { StaffCaller } from '../staff-session.ts';
import { placementTexts as texts } from '../texts/console-texts.ts';

const placementCheck = compileSchema('placement', adminMethods['product.setPlacement'].params);
/** What is chosen in the form; the last three take names or numbers beside. */
const kinds = ['settings', 'all', 'on-demand', 'nodes', 'tags', 'popular'] as const;
const kindsAlone: readonly string[] = ['all', 'on-demand'];

/** What the part shows: `own` is null where the settings decide. */
export interface PlacementView {
  readonly product: string;
  readonly own: string | null;
  readonly ofSettings: string;
}

/** The part of the page; the form is for who may change it. */
export function renderPlacement(caller: StaffCaller, { product, own, ofSettings }: PlacementView): Html {
  const [kind = '', detail = ''] = own === null ? ['settings'] : own.split(':', 2);
  const form = html`<form class="form" method="post" action="/products/${product}/placement" data-once>
    ${formTokenField(caller)}
    ${renderSelect({
      name: 'kind',
      label: texts.where,
      options: kinds.map((value) => ({ value, text: texts.kinds[value] })),
      value: kind,
    })}
    ${renderTextField({
      name: 'detail',
      label: texts.detail,
      hint: texts.detailHint,
      value: detail,
      attributes: { maxlength: 500, autocomplete: 'off' },
    })}
    <button class="primary">${texts.button}</button>
  </form>`;
  return html`<section aria-labelledby="placement">
    <h2 id="placement">${texts.heading}</h2>
    <p>${own === null ? texts.asSettings(ofSettings) : texts.own(own)}</p>
    ${mayDo(caller.staff.role, 'catalog.write') ? renderFold(texts.change, form) : null}
  </section>`;
}

/** What `product.setPlacement` takes. RpcError `refused` with what to correct. */
export function parsePlacementForm(
  fields: FormFields,
  who: { readonly actor: string; readonly product: string },
): ParamsOf<typeof adminMethods, 'product.setPlacement'> {
  const kind = fields.text('kind');
  const detail = fields.text('detail').replaceAll(/\s/g, '');
  if (kindsAlone.includes(kind) && detail !== '') throw new RpcError('refused', texts.noDetail);
  const placement = kind === 'settings' ? null : kindsAlone.includes(kind) ? kind : `${kind}:${detail}`;
  const wanted = { ...who, placement };
  if (!placementCheck.matches(wanted)) throw new RpcError('refused', texts.wrong);
  return wanted;
}
