// What a change that may need a second person is: its parameters, which are stored with the proposal, who may propose and
// approve it, and what it is about. Used by the files beside this one.
import { StaffRole } from '#commlink/methods/administration-fields.ts';
import { Line, Slug } from '#commlink/methods/fields.ts';
import { Type, compileSchema, strictObject, type Static } from '#commlink/schema.ts';
import type { DangerousChangeKind } from '#commlink/settings/second-person-settings.ts';
import type { StaffAction } from '../console/staff-permissions.ts';
import { bulkFormBytesMax } from '../limits.ts';
import { changeTexts as texts } from '../texts/service-texts.ts';

const Name = Type.String({ minLength: 1, maxLength: 200 });

const StaffChangeParams = Type.Union([
  strictObject({
    change: Type.Literal('create'),
    name: Slug,
    displayName: Line,
    role: StaffRole,
    /** The half of the first password that the author is shown; made with the proposal, forgotten with its decision. */
    firstHalf: Type.Optional(Name),
  }),
  strictObject({ change: Type.Literal('role'), name: Slug, role: StaffRole }),
  strictObject({
    change: Type.Union([Type.Literal('readmit'), Type.Literal('resetSecondFactor')]),
    name: Slug,
  }),
]);

/** A change with its parameters, by kind. */
export const DangerousChange = Type.Union([
  strictObject({
    kind: Type.Literal('release.withdraw'),
    params: strictObject({ product: Name, version: Name }),
  }),
  strictObject({
    kind: Type.Literal('entitlement.bulk'),
    params: strictObject({
      text: Type.String({ maxLength: bulkFormBytesMax }),
      /** One revocation, made by itself: it needs a second person only after many others. */
      single: Type.Optional(Type.Literal(true)),
    }),
  }),
  strictObject({ kind: Type.Literal('account.suspend'), params: strictObject({ account: Name }) }),
  strictObject({ kind: Type.Literal('staff.change'), params: StaffChangeParams }),
  strictObject({ kind: Type.Literal('staff.end'), params: strictObject({ name: Slug }) }),
  strictObject({ kind: Type.Literal('user.resetSecondFactor'), params: strictObject({ user: Name }) }),
]);
export type DangerousChange = Static<typeof DangerousChange>;

/** Reads what was stored. */
export const dangerousChangeCheck = compileSchema('dangerous change', DangerousChange);

/** What a member of staff must be allowed to do, to propose it and to approve it. */
export const permissionFor: Readonly<Record<DangerousChangeKind, StaffAction>> = {
  'release.withdraw': 'catalog.write',
  'entitlement.bulk': 'entitlement.revoke',
  'account.suspend': 'account.setState',
  'staff.change': 'staff.write',
  'staff.end': 'staff.write',
  'user.resetSecondFactor': 'user.resetSecondFactor',
};

/** Why somebody new joins the staff: nobody is asked for a reason. */
export const newStaffReason = 'Somebody new.';
/** Why a table is applied: each of its lines has a reason of its own. */
export const bulkReason = 'The reasons are in the table.';

/** A revocation by itself, as a change that may need a second person. */
export function singleRevocation(entitlement: string, reason: string) {
  const text = `change,entitlement,reason\nrevoke,${entitlement},"${reason.replaceAll('"', '""')}"`;
  return { kind: 'entitlement.bulk', params: { text, single: true }, reason } as const;
}

/** What is kept of a change when it is decided: no half of a password, and no table that was not applied. */
export function keptChange(change: DangerousChange, isApproved: boolean): DangerousChange {
  if (change.kind === 'entitlement.bulk' && !isApproved)
    return { ...change, params: { ...change.params, text: '' } };
  if (change.kind !== 'staff.change' || change.params.change !== 'create') return change;
  const { firstHalf: _firstHalf, ...params } = change.params;
  return { ...change, params };
}

/** What the audit log and lists call it. */
export function subjectOf(change: DangerousChange): string {
  switch (change.kind) {
    case 'release.withdraw':
      return `${change.params.product}/${change.params.version}`;
    case 'entitlement.bulk':
      return 'a table of changes';
    case 'account.suspend':
      return change.params.account;
    case 'staff.change':
    case 'staff.end':
      return change.params.name;
    case 'user.resetSecondFactor':
      return change.params.user;
  }
}

/** A sentence for lists and pages, in the language that is spoken. */
export function titleOf(change: DangerousChange): string {
  const subject = subjectOf(change);
  switch (change.kind) {
    case 'release.withdraw':
      return texts.withdraw(subject);
    case 'entitlement.bulk':
      return change.params.single ? texts.revokeOneMore : texts.many;
    case 'account.suspend':
      return texts.suspend(subject);
    case 'staff.end':
      return texts.endAccess(subject);
    case 'user.resetSecondFactor':
      return texts.resetUser(subject);
    case 'staff.change':
      return titleOfStaffChange(change.params);
  }
}

function titleOfStaffChange(params: Static<typeof StaffChangeParams>): string {
  switch (params.change) {
    case 'create':
      return texts.addStaff(params.name, params.role);
    case 'role':
      return texts.giveRole(params.name, params.role);
    case 'readmit':
      return texts.readmit(params.name);
    case 'resetSecondFactor':
      return texts.resetStaff(params.name);
  }
}
