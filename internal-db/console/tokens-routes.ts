// The routes of one's own tokens for the console's API. Registered by console-routes.ts.
import { staffTokenMethods } from '#commlink/methods/staff-token-methods.ts';
import { RpcError } from '#commlink/rpc-error.ts';
import { compileSchema } from '#commlink/schema.ts';
import type { ServiceContext } from '../service-context.ts';
import { createStaffToken, listStaffTokens, revokeStaffToken } from '../staff-tokens/staff-tokens.ts';
import type { ConsoleApp } from './console-app.ts';
import { FormFields, parseForm } from './console-forms.ts';
import { readSignedForm, type ForStaff } from './console-gate.ts';
import { requireStaffProof } from './staff-password.ts';
import { tokensTexts } from './texts/console-texts.ts';
import { renderTokensPage } from './tokens-page.ts';

const dayMs = 86_400_000;
const createCheck = compileSchema('token', staffTokenMethods['staffToken.create'].params);
const revokeCheck = compileSchema('token', staffTokenMethods['staffToken.revoke'].params);

/** Registers them. */
export function registerTokensRoutes(app: ConsoleApp, context: ServiceContext, forStaff: ForStaff): void {
  app.get(
    '/tokens',
    forStaff(async (caller, request) => {
      const { tokens } = await listStaffTokens(context, { staff: caller.staff.name });
      const isRevoked = new FormFields(request.query).text('done') === 'revoked';
      const notice = isRevoked ? ({ kind: 'done', text: tokensTexts.revoked } as const) : null;
      return renderTokensPage(caller, { tokens, name: '', created: null }, notice);
    }),
  );
  app.post(
    '/tokens',
    forStaff(async (caller, request, reply) => {
      const fields = readSignedForm(caller, request);
      const { name: staff } = caller.staff;
      const typed = { name: fields.text('name'), scope: fields.text('scope') };
      try {
        await requireStaffProof(context, caller, {
          password: fields.secret('password'),
          address: request.ip,
        });
        const lifetimeMs = Number(fields.text('days')) * dayMs;
        const wanted = parseForm(createCheck, { actor: `staff:${staff}`, staff, ...typed, lifetimeMs });
        const created = await createStaffToken(context, wanted);
        const { tokens } = await listStaffTokens(context, { staff });
        return renderTokensPage(caller, { tokens, name: '', created });
      } catch (error) {
        if (!(error instanceof RpcError)) throw error;
        const { tokens } = await listStaffTokens(context, { staff });
        reply.code(422);
        const notice = { kind: 'refused', text: error.message } as const;
        return renderTokensPage(caller, { tokens, name: typed.name, created: null }, notice);
      }
    }),
  );
  app.post(
    '/tokens/:token/revoke',
    forStaff(async (caller, request, reply) => {
      readSignedForm(caller, request);
      const { name: staff } = caller.staff;
      const id = new FormFields(request.params).text('token');
      await revokeStaffToken(context, parseForm(revokeCheck, { actor: `staff:${staff}`, staff, id }));
      return await reply.redirect('/tokens?done=revoked', 303);
    }),
  );
}
