// The routes of one's own page on the console: the page itself, another password. What concerns second factors is in
// own-factor-routes.ts. Registered by console-routes.ts.
import { describeFactors } from '../second-factor/describe-factors.ts';
import { describeStaffLinks } from '../identity-providers/staff-links.ts';
import type { ServiceContext } from '../service-context.ts';
import type { ConsoleApp } from './console-app.ts';
import { FormFields } from './console-forms.ts';
import { readSignedForm, type ForStaff } from './console-gate.ts';
import { consoleParty } from './console-party.ts';
import { registerOwnFactorRoutes } from './own-factor-routes.ts';
import { renderOwnSecurityPage } from './own-security-page.ts';
import { ownAccessTexts as texts } from './texts/console-texts.ts';
import { changeStaffPassword } from './staff-password.ts';

/** What the page says after the browser was sent back. */
const doneTexts: Readonly<Record<string, string>> = texts.done;

/** Registers the routes. */
export function registerOwnSecurityRoutes(
  app: ConsoleApp,
  context: ServiceContext,
  forStaff: ForStaff,
): void {
  app.get(
    '/security',
    forStaff(async (caller, request) => {
      const done = new FormFields(request.query).text('done');
      const text = Object.hasOwn(doneTexts, done) ? doneTexts[done] : undefined;
      const factors = await describeFactors(context.store.read.secondFactors, caller.staff.id);
      const view = {
        factors: { ...factors, passkeysPossible: consoleParty(context) !== null },
        links: await describeStaffLinks(context, caller.staff),
        notice: text === undefined ? null : ({ kind: 'done', text } as const),
      };
      return renderOwnSecurityPage(caller, view);
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
  registerOwnFactorRoutes(app, context, forStaff);
}
