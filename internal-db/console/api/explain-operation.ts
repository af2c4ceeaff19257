// "Why, or why not", for now, a past moment, or "what if". One of entitlement-operations.ts.
import { EntitlementFinding, adminMethods } from '#commlink/methods/admin-methods.ts';
import { Entitlement } from '#commlink/methods/administration-fields.ts';
import { AtMs, Id, Line, Slug } from '#commlink/methods/fields.ts';
import { Type, strictObject, type Static } from '#commlink/schema.ts';
import { requireSensibleTerms } from '../../admin/change-entitlements.ts';
import { explainEntitlement } from '../../admin/explain-entitlement.ts';
import type { SupposedChange } from '../../decision/suppose-change.ts';
import { Nullable } from './operation-schemas.ts';
import { operation } from './operation.ts';

const { params, result } = adminMethods['entitlement.explain'];
const { decisions } = result.properties;
/** An entitlement that is only supposed has no id; its place has words instead. */
const Weighed = strictObject({
  ...EntitlementFinding.properties,
  entitlement: strictObject({ ...Entitlement.properties, account: Line, product: Line, id: Line }),
});
const { versions, channels, downloadsMax, licenceAgreement } =
  adminMethods['entitlement.grant'].params.properties;

const Supposition = Type.Union([
  strictObject({
    kind: Type.Literal('grant'),
    versions,
    channels: Type.Optional(channels),
    notBeforeMs: Type.Optional(Nullable(AtMs)),
    notAfterMs: Type.Optional(Nullable(AtMs)),
    downloadsMax: Type.Optional(downloadsMax),
    licenceAgreement: Type.Optional(licenceAgreement),
  }),
  strictObject({ kind: Type.Literal('extend'), entitlement: Id, notAfterMs: Nullable(AtMs) }),
  strictObject({ kind: Type.Literal('revoke'), entitlement: Id }),
  strictObject({ kind: Type.Literal('accept'), agreement: Slug }),
  strictObject({ kind: Type.Literal('activate') }),
]);

/** The row. */
export const explainOperation = operation({
  id: 'explain',
  route: 'POST /why',
  summary:
    'Why, or why not: the decision for each file in question, now, at a past moment, or supposing a change',
  tag: 'entitlements',
  action: 'read',
  asks: true,
  fails: [422],
  params: strictObject({ ...params.properties, suppose: Nullable(Supposition) }),
  result: strictObject({
    ...result.properties,
    decisions: Type.Array(
      strictObject({
        ...decisions.items.properties,
        entitlement: Nullable(Line),
        findings: Type.Array(Weighed),
      }),
    ),
  }),
  run: ({ context }, { suppose, ...question }) =>
    explainEntitlement(context, question, suppose && readSupposition(suppose)),
});

function readSupposition(suppose: Static<typeof Supposition>): SupposedChange {
  if (suppose.kind === 'activate') return { kind: 'setState', state: 'active' };
  if (suppose.kind !== 'grant') return suppose;
  const { kind, ...given } = suppose;
  const unsaid = {
    channels: null,
    notBeforeMs: null,
    notAfterMs: null,
    downloadsMax: null,
    licenceAgreement: null,
  };
  const terms = { ...unsaid, ...given };
  requireSensibleTerms(terms);
  return { kind, terms };
}
