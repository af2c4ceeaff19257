// The routes of staff: for operators. Nobody changes themselves, so that the last operator can't be lost by a slip. Registered
// by support-routes.ts.
import { adminMethods } from '#commlink/methods/admin-methods.ts';
import { RpcError } from '#commlink/rpc-error.ts';
import { compileSchema } from '#commlink/schema.ts';
import {
  createStaff,
  listStaff,
  resetStaffFactors,
  setStaffEnded,
  setStaffRole,
} from '../../admin/staff-administration.ts';
import type { ServiceContext } from '../../service-context.ts';
import type { ConsoleApp } from '../console-app.ts';
import { newStaffReason } from '../../second-person/dangerous-change.ts';
import { proposalPageFor } from '../approvals/approval-gate.ts';
import { FormFields, parseForm, parseReason } from '../console-forms.ts';
import { readSignedForm, requirePermission, type ForStaff } from '../console-gate.ts';
import type { StaffCaller } from '../staff-session.ts';
import { staffTexts } from '../texts/console-texts.ts';
import { renderStaffPage } from './staff-page.ts';

const createCheck = compileSchema('staff', adminMethods['staff.create'].params);
const roleCheck = compileSchema('role', adminMethods['staff.setRole'].params);

interface StaffChange {
  readonly caller: StaffCaller;
  readonly actor: string;
  readonly name: string;
  readonly reason: string;
  readonly fields: FormFields;
}

/** Registers them. */
export function registerStaffRoutes(app: ConsoleApp, context: ServiceContext, forStaff: ForStaff): void {
  app.get(
    '/staff',
    forStaff(async (caller, request) => {
      requirePermission(caller, 'staff.write');
      const notice = new FormFields(request.query).text('done') === 'changed' ? doneNotice() : null;
      return renderStaffPage(caller, { ...(await listStaff(context)), created: null }, notice);
    }),
  );
  app.post(
    '/staff',
    forStaff(async (caller, request, reply) => {
      const fields = readSignedForm(caller, request);
      requirePermission(caller, 'staff.write');
      const [name, displayName, role] = ['name', 'displayName', 'role'].map((one) => fields.text(one));
      try {
        const wanted = parseForm(createCheck, {
          actor: actorOf(caller),
          name,
          displayName,
          role,
          password: null,
        });
        const params = {
          change: 'create',
          name: wanted.name,
          displayName: wanted.displayName,
          role: wanted.role,
        } as const;
        const dangerous = { kind: 'staff.change', params, reason: newStaffReason } as const;
        const page = await proposalPageFor(context, caller, dangerous);
        if (page !== null) return await reply.redirect(page, 303);
        const made = await createStaff(context, wanted);
        const created = { name: made.name, password: made.password ?? '' };
        return renderStaffPage(caller, { ...(await listStaff(context)), created });
      } catch (error) {
        if (!(error instanceof RpcError)) throw error;
        reply.code(422);
        const notice = { kind: 'refused', text: error.message } as const;
        return renderStaffPage(caller, { ...(await listStaff(context)), created: null }, notice);
      }
    }),
  );
  registerChanges(app, context, forStaff);
}

function registerChanges(app: ConsoleApp, context: ServiceContext, forStaff: ForStaff): void {
  const onPost = (path: string, apply: (change: StaffChange) => Promise<string | null>): void => {
    app.post(
      `/staff/:name/${path}`,
      forStaff(async (caller, request, reply) => {
        const fields = readSignedForm(caller, request);
        requirePermission(caller, 'staff.write');
        const name = new FormFields(request.params).text('name');
        if (name === caller.staff.name) throw new RpcError('refused', staffTexts.change.own);
        const change = { caller, actor: actorOf(caller), name, reason: parseReason(fields), fields };
        return reply.redirect((await apply(change)) ?? '/staff?done=changed', 303);
      }),
    );
  };
  onPost('role', async ({ caller, actor, name, reason, fields }) => {
    const wanted = parseForm(roleCheck, { actor, name, role: fields.text('role'), reason });
    const params = { change: 'role', name, role: wanted.role } as const;
    const page = await proposalPageFor(context, caller, { kind: 'staff.change', params, reason });
    if (page === null) await setStaffRole(context, wanted);
    return page;
  });
  onPost('end', async ({ caller, actor, name, reason }) => {
    const page = await proposalPageFor(context, caller, { kind: 'staff.end', params: { name }, reason });
    if (page === null) await setStaffEnded(context, { actor, name, reason, ended: true });
    return page;
  });
  onPost('readmit', async ({ caller, actor, name, reason }) => {
    const params = { change: 'readmit', name } as const;
    const page = await proposalPageFor(context, caller, { kind: 'staff.change', params, reason });
    if (page === null) await setStaffEnded(context, { actor, name, reason, ended: false });
    return page;
  });
  onPost('reset-second-factor', async ({ caller, actor, name, reason }) => {
    const params = { change: 'resetSecondFactor', name } as const;
    const page = await proposalPageFor(context, caller, { kind: 'staff.change', params, reason });
    if (page === null) await resetStaffFactors(context, { actor, name, reason });
    return page;
  });
}

const doneNotice = () => ({ kind: 'done', text: staffTexts.change.done }) as const;

function actorOf(caller: StaffCaller): string {
  return `staff:${caller.staff.name}`;
}
