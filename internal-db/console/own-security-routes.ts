// The routes of one's own page on the console: new recovery codes, another password. Registered by console-routes.ts.
import { RpcError } from '#commlink/rpc-error.ts';
import { describeFactors } from '../second-factor/describe-factors.ts';
import { askSecondFactor, proveFactor } from '../second-factor/prove-factor.ts';
import { renewRecoveryCodes } from '../second-factor/withdraw-factors.ts';
import type { ServiceContext } from '../service-context.ts';
import type { ConsoleApp } from './console-app.ts';
import { FormFields } from './console-forms.ts';
import { readSignedForm, type ForStaff } from './console-gate.ts';
import { renderOwnSecurityPage } from './own-security-page.ts';
import { renderRecoveryCodesPage } from './second-factor-pages.ts';
import { ownerOf, wrongText } from './second-factor-routes.ts';
import { changeStaffPassword } from './staff-password.ts';

/** Registers the routes. */
export function registerOwnSecurityRoutes(
  app: ConsoleApp,
  context: ServiceContext,
  forStaff: ForStaff,
): void {
  app.get(
    '/security',
    forStaff(async (caller, request) => {
      const isDone = new FormFields(request.query).text('done') === 'password';
      const text = 'The password is changed, and your other sessions have ended.';
      const factors = await describeFactors(context.store.read.secondFactors, caller.staff.id);
      return renderOwnSecurityPage(caller, factors, isDone ? { kind: 'done', text } : null);
    }),
  );
  app.post(
    '/security/recovery-codes',
    forStaff(async (caller, request) => {
      const fields = readSignedForm(caller, request);
      const step = await askSecondFactor(context, caller.staff, null);
      const challenge = step?.challenge ?? '';
      const proof = { kind: 'totp', code: fields.text('code') } as const;
      const shown = { challenge, proof, address: request.ip, door: 'console' };
      const verdict = await proveFactor(context, shown);
      if (!verdict.proved) throw new RpcError('refused', wrongText);
      const renewed = await renewRecoveryCodes(context, ownerOf(caller));
      if (!renewed.done) throw new RpcError('refused', renewed.explanation);
      return renderRecoveryCodesPage(caller, renewed.recoveryCodes, '/security');
    }),
  );
  app.post(
    '/security/password',
    forStaff(async (caller, request, reply) => {
      const fields = readSignedForm(caller, request);
      const typed = { password: fields.secret('password'), newPassword: fields.secret('newPassword') };
      await changeStaffPassword(context, caller, { ...typed, address: request.ip });
      return await reply.redirect('/security?done=password', 303);
    }),
  );
}
