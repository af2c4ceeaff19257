// The two fields for passwords that pages about a person's own account share: the one that proves who asks, and a new one.
import { passwordCharacters } from '#commlink/methods/people-fields.ts';
import { renderTextField } from '#commlink/pages/components/form-field.ts';
import type { Html } from '#commlink/pages/html.ts';

/** What a password field says; `idPrefix` keeps ids apart where a page has several. */
interface PasswordField {
  readonly label: string;
  readonly idPrefix?: string;
  readonly hint?: string;
}

/** The password that somebody has, as proof. It is never filled in again. */
export function ownPasswordField({ label, idPrefix = '' }: Omit<PasswordField, 'hint'>): Html {
  const attributes = {
    autocomplete: 'current-password',
    maxlength: passwordCharacters.max,
    required: true,
  };
  return renderTextField({ name: 'password', type: 'password', label, idPrefix, attributes });
}

/** The password that somebody chooses. */
export function newPasswordField({ label, hint, idPrefix = '' }: PasswordField): Html {
  const attributes = {
    autocomplete: 'new-password',
    minlength: passwordCharacters.min,
    maxlength: passwordCharacters.max,
    required: true,
  };
  return renderTextField({
    name: 'newPassword',
    type: 'password',
    label,
    ...(hint === undefined ? {} : { hint }),
    idPrefix,
    attributes,
  });
}
