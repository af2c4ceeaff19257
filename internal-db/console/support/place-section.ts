// Where a customer's deliveries come from: the part of its page that says so, and the form that changes it, parsed into what the
// service takes. Called by account-page.ts and account-routes.ts.
import type { ParamsOf } from '#commlink/method-table.ts';
import { adminMethods } from '#commlink/methods/admin-methods.ts';
import { renderTextField } from '#commlink/pages/components/form-field.ts';
import { renderFold } from '#commlink/pages/components/parts.ts';
import { html, type Html } from '#commlink/pages/html.ts';
import { compileSchema } from '#commlink/schema.ts';
import type { AccountRecord } from '../../store/accounts.ts';
import type { AccountPlace } from '../../store/places.ts';
import { parseForm, type FormFields } from '../console-forms.ts';
import { formTokenField } from '../layout.ts';
import { mayDo } from '../staff-permissions.ts';
import type { StaffCaller } from '../staff-session.ts';
import { placeTexts as texts } from '../texts/console-texts.ts';
import { renderSection } from './parts.ts';

const placeCheck = compileSchema('place', adminMethods['account.setPlace'].params);

/** The part of the page; the form is for who may change it. */
export function renderPlace(caller: StaffCaller, account: AccountRecord, place: AccountPlace): Html {
  const { region, nodes } = place;
  const form = html`<form class="form" method="post" action="/accounts/${account.name}/place" data-once>
    ${formTokenField(caller)}
    ${renderTextField({
      name: 'region',
      label: texts.region,
      hint: texts.regionHint,
      value: region,
      idPrefix: 'place-',
      attributes: { maxlength: 64, autocomplete: 'off' },
    })}
    ${renderTextField({
      name: 'nodes',
      label: texts.nodes,
      hint: texts.nodesHint,
      value: nodes.join(', '),
      idPrefix: 'place-',
      attributes: { maxlength: 1300, autocomplete: 'off' },
    })}
    <button class="primary">${texts.button}</button>
  </form>`;
  return renderSection(
    'place',
    texts.heading,
    html`<p>
        ${nodes.length === 0 ? texts.any : texts.bound(nodes.join(', '))}
        ${region === null ? null : texts.ofRegion(region)}
      </p>
      ${mayDo(caller.staff.role, 'account.place') ? renderFold(texts.change, form) : null}`,
  );
}

/** What `account.setPlace` takes. RpcError `refused` names the field that does not fit. */
export function parsePlaceForm(
  fields: FormFields,
  who: { readonly actor: string; readonly account: string },
): ParamsOf<typeof adminMethods, 'account.setPlace'> {
  const names = fields
    .text('nodes')
    .split(',')
    .map((name) => name.trim());
  const nodes = [...new Set(names.filter((name) => name !== ''))];
  return parseForm(placeCheck, { ...who, region: fields.optional('region'), nodes });
}
