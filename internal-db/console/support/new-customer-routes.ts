// The routes that make a customer's account and invite its first owner. Registered by support-routes.ts.
import { adminMethods } from '#commlink/methods/admin-methods.ts';
import { RpcError } from '#commlink/rpc-error.ts';
import { compileSchema } from '#commlink/schema.ts';
import { createAccount } from '../../admin/account-administration.ts';
import { inviteUser } from '../../members/member-administration.ts';
import type { ServiceContext } from '../../service-context.ts';
import type { ConsoleApp } from '../console-app.ts';
import { FormFields, parseForm } from '../console-forms.ts';
import { readSignedForm, requirePermission, type ForStaff } from '../console-gate.ts';
import { invitationIn, parseInvitation } from './invitation-form.ts';
import { newCustomerTexts } from '../texts/console-texts.ts';
import { renderNewCustomerPage, type TypedCustomer } from './new-customer-page.ts';

const createCheck = compileSchema('account', adminMethods['account.create'].params);

/** Registers them. */
export function registerNewCustomerRoutes(
  app: ConsoleApp,
  context: ServiceContext,
  forStaff: ForStaff,
): void {
  const hasMail = (): boolean => context.mail.portal() !== null;
  app.get(
    '/new-customer',
    forStaff(async (caller) => {
      requirePermission(caller, 'account.create');
      const typed = typedIn(new FormFields({}));
      return renderNewCustomerPage(caller, { typed, hasMail: hasMail(), refusal: null });
    }),
  );
  app.post(
    '/new-customer',
    forStaff(async (caller, request, reply) => {
      const fields = readSignedForm(caller, request);
      requirePermission(caller, 'account.create');
      const typed = typedIn(fields);
      try {
        const invited = await createCustomer(context, typed, `staff:${caller.staff.name}`);
        return await reply.redirect(
          `/accounts/${typed.name}?done=${invited ? 'createdAndInvited' : 'created'}`,
          303,
        );
      } catch (error) {
        if (!(error instanceof RpcError)) throw error;
        reply.code(422);
        return renderNewCustomerPage(caller, { typed, hasMail: hasMail(), refusal: error.message });
      }
    }),
  );
}

/** Whether somebody was invited. What can be refused beforehand is: an account is never deleted. */
async function createCustomer(
  context: ServiceContext,
  typed: TypedCustomer,
  actor: string,
): Promise<boolean> {
  const { name, displayName, ...invitation } = typed;
  const account = parseForm(createCheck, { actor, name, displayName });
  const isInviting = invitation.email !== '';
  const wanted = isInviting ? parseInvitation(invitation, { actor, account: name }) : null;
  if (wanted && context.mail.portal() === null) throw new RpcError('refused', newCustomerTexts.noMail);
  await createAccount(context, account);
  if (wanted) await inviteUser(context, wanted);
  return isInviting;
}

function typedIn(fields: FormFields): TypedCustomer {
  return { name: fields.text('name'), displayName: fields.text('displayName'), ...invitationIn(fields) };
}
