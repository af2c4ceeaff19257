// The console's routes that make codes for new appliances, for who may say which machine an appliance is. The work is done by the same
// service as the command line's.
import { adminMethods } from '#commlink/methods/admin-methods.ts';
import { RpcError } from '#commlink/rpc-error.ts';
import { compileSchema } from '#commlink/schema.ts';
import { inviteAppliances } from '../../admin/appliance-administration.ts';
import { defaultGroup } from '../../fleet/appliances/enrolment-codes.ts';
import type { ServiceContext } from '../../service-context.ts';
import type { ConsoleApp } from '../console-app.ts';
import { FormFields, parseForm } from '../console-forms.ts';
import { readSignedForm, requirePermission, type ForStaff } from '../console-gate.ts';
import { formsTexts, codesTexts } from '../texts/console-texts.ts';
import { renderCodesPage, type CodesView, type TypedCodes } from './codes-page.ts';
import { codeDaysMax } from './limits.ts';

const inviteCheck = compileSchema('codes', adminMethods['appliance.invite'].params);
const dayMs = 86_400_000;
const nothingTyped: TypedCodes = {
  account: '',
  type: '',
  site: '',
  group: defaultGroup,
  label: '',
  count: '1',
  days: '7',
};

/** Registers them. */
export function registerCodeRoutes(app: ConsoleApp, context: ServiceContext, forStaff: ForStaff): void {
  const viewOf = async (typed: TypedCodes, made: CodesView['made']): Promise<CodesView> => ({
    types: await context.store.read.fleetTypes.types(),
    typed,
    made,
  });
  app.get(
    '/fleet/codes',
    forStaff(async (caller, request) => {
      requirePermission(caller, 'appliance.assign');
      const account = new FormFields(request.query).text('account');
      return renderCodesPage(caller, await viewOf({ ...nothingTyped, account }, null));
    }),
  );
  app.post(
    '/fleet/codes',
    forStaff(async (caller, request, reply) => {
      const typed = typedOf(readSignedForm(caller, request));
      requirePermission(caller, 'appliance.assign');
      try {
        const made = await inviteAppliances(context, wishOf(typed, `staff:${caller.staff.name}`));
        return renderCodesPage(caller, await viewOf(nothingTyped, made));
      } catch (error) {
        if (!(error instanceof RpcError)) throw error;
        reply.code(422);
        return renderCodesPage(caller, await viewOf(typed, null), { kind: 'refused', text: error.message });
      }
    }),
  );
}

function typedOf(fields: FormFields): TypedCodes {
  return {
    account: fields.text('account'),
    type: fields.text('type'),
    site: fields.text('site'),
    group: fields.text('group'),
    label: fields.text('label'),
    count: fields.text('count'),
    days: fields.text('days'),
  };
}

/** RpcError `refused` names what to correct. */
function wishOf({ account, type, site, group, label, count, days }: TypedCodes, actor: string) {
  const dayCount = Number(days);
  if (!(dayCount >= 1 && dayCount <= codeDaysMax))
    throw new RpcError('refused', formsTexts.field(codesTexts.fields.days));
  return parseForm(inviteCheck, {
    actor,
    account,
    type,
    site: site || null,
    group: group || null,
    label,
    count: Number(count),
    lifetimeMs: Math.round(dayCount * dayMs),
  });
}
