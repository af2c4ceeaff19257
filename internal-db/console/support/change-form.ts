// The forms of the three changes of entitlements: what is asked for, and how it is read into a change. The same fields travel
// from the form to the preview and from there to the change itself. Called by change-pages.ts and change-routes.ts.
import { adminMethods } from '#commlink/methods/admin-methods.ts';
import { RpcError } from '#commlink/rpc-error.ts';
import { compileSchema } from '#commlink/schema.ts';
import type { EntitlementChange } from '../../admin/change-entitlements.ts';
import { changeTexts, formsTexts } from '../texts/console-texts.ts';
import { parseGrantForm, parseLastDay, parseReason, parseForm, type FormFields } from '../console-forms.ts';

/** The changes by the word in their routes. */
export type ChangeKind = EntitlementChange['kind'];

/** The fields of each change, as its form names them. */
export const changeFields: Readonly<Record<ChangeKind, readonly string[]>> = {
  grant: ['product', 'versions', 'channels', 'from', 'until', 'downloadsMax', 'licenceAgreement', 'reason'],
  extend: ['entitlement', 'until', 'reason'],
  revoke: ['entitlement', 'reason'],
};

const entitlementCheck = compileSchema(
  'entitlement',
  adminMethods['entitlement.revoke'].params.properties.entitlement,
);

/** Whether a word in a route is one of the changes. */
export function isChangeKind(word: string): word is ChangeKind {
  return Object.hasOwn(changeFields, word);
}

/** The change that a form asks for. RpcError `refused` with what to correct. */
export function readChange(fields: FormFields, kind: ChangeKind, account: string): EntitlementChange {
  const reason = parseReason(fields);
  if (kind === 'grant') {
    const {
      product,
      account: _account,
      actor: _actor,
      reason: _reason,
      ...terms
    } = parseGrantForm(fields, {
      actor: 'console',
      account,
    });
    return { kind, account, product, terms, reason };
  }
  const entitlement = parseForm(entitlementCheck, fields.text('entitlement'));
  if (kind === 'revoke') return { kind, entitlement, reason };
  const isEndless = fields.text('until') === 'never';
  const notAfterMs = isEndless ? null : parseLastDay(fields.optional('until'), formsTexts.until);
  if (notAfterMs === null && !isEndless) throw new RpcError('refused', changeTexts.chooseDay);
  return { kind, entitlement, notAfterMs, reason };
}
