// The fields by which somebody is invited to a customer's account, and what was typed into them. Called by the pages of a
// customer and of a new one.
import { peopleAdminMethods } from '#commlink/methods/people-admin-methods.ts';
import { compileSchema } from '#commlink/schema.ts';
import { renderSelect, renderTextField } from '#commlink/pages/components/form-field.ts';
import { html, type Html } from '#commlink/pages/html.ts';
import { peopleTexts } from '../texts/console-texts.ts';
import { parseForm, type FormFields } from '../console-forms.ts';

const inviteCheck = compileSchema('invitation', peopleAdminMethods['user.invite'].params);

/** What was typed; the defaults where nothing was. */
export interface TypedInvitation {
  readonly email: string;
  readonly role: string;
  readonly language: string;
}

/** The fields of a form. */
export function invitationIn(fields: FormFields): TypedInvitation {
  return {
    email: fields.text('email'),
    role: fields.text('role') || 'owner',
    language: fields.text('language') || 'en',
  };
}

/** What the service takes. RpcError `refused` with what to correct. */
export function parseInvitation(typed: TypedInvitation, who: { actor: string; account: string }) {
  return parseForm(inviteCheck, { ...who, ...typed });
}

/** The fields; `isRequired` unless nobody need be invited. */
export function renderInvitationFields(typed: TypedInvitation, isRequired: boolean): Html {
  const texts = peopleTexts.invite;
  return html`${renderTextField({
    name: 'email',
    label: texts.email,
    type: 'email',
    value: typed.email,
    attributes: { maxlength: 254, autocomplete: 'off', ...(isRequired ? { required: true } : {}) },
  })}
  ${renderSelect({
    name: 'role',
    label: texts.role,
    value: typed.role,
    options: [
      { value: 'owner', text: texts.roles.owner },
      { value: 'downloader', text: texts.roles.downloader },
    ],
  })}
  ${renderSelect({
    name: 'language',
    label: texts.language,
    value: typed.language,
    options: [
      { value: 'en', text: texts.languages.en },
      { value: 'de', text: texts.languages.de },
    ],
  })}`;
}
