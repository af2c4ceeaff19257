// The routes by which staff change their own second factors: an app, passkeys, recovery codes. Each asks for the password again,
// and the last factor stays. The factors themselves are second-factor/'s. Registered by own-security-routes.ts.
import { PersonName, type PeopleRefusal } from '#commlink/methods/people-fields.ts';
import { RpcError } from '#commlink/rpc-error.ts';
import { compileSchema } from '#commlink/schema.ts';
import { describeFactors } from '../second-factor/describe-factors.ts';
import {
  beginPasskey,
  beginTotp,
  confirmTotp,
  registerPasskey,
  type Enrolled,
} from '../second-factor/enrol-factors.ts';
import {
  removePasskey,
  removeTotp,
  renewRecoveryCodes,
  type WithdrawalCheck,
} from '../second-factor/withdraw-factors.ts';
import type { ServiceContext } from '../service-context.ts';
import type { ConsoleApp, ConsoleReply, ConsoleRequest } from './console-app.ts';
import { FormFields, parseForm } from './console-forms.ts';
import { readSignedForm, type ForStaff } from './console-gate.ts';
import { consoleParty } from './console-party.ts';
import { renderNewAppPage, renderNewPasskeyPage } from './own-factor-pages.ts';
import { renderRecoveryCodesPage } from './second-factor-pages.ts';
import { ownerOf } from './second-factor-routes.ts';
import { requireStaffPassword } from './staff-password.ts';
import { ownAccessTexts as texts, signInTexts } from './texts/console-texts.ts';
import type { StaffCaller } from './staff-session.ts';

const nameCheck = compileSchema('name', PersonName);

interface Parts {
  readonly caller: StaffCaller;
  readonly request: ConsoleRequest;
  readonly reply: ConsoleReply;
  readonly fields: FormFields;
}

/** Registers the routes. */
export function registerOwnFactorRoutes(app: ConsoleApp, context: ServiceContext, forStaff: ForStaff): void {
  const onPost = (path: string, work: (parts: Parts) => Promise<string | ConsoleReply>): void => {
    app.post(
      `/security/${path}`,
      forStaff((caller, request, reply) =>
        work({ caller, request, reply, fields: readSignedForm(caller, request) }),
      ),
    );
  };
  const onPostWithPassword = (path: string, work: (parts: Parts) => Promise<string | ConsoleReply>): void =>
    onPost(path, async (parts) => {
      const { caller, request, fields } = parts;
      const typed = { password: fields.secret('password'), address: request.ip };
      await requireStaffPassword(context, caller, typed);
      return await work(parts);
    });

  onPostWithPassword('totp', async ({ caller }) =>
    renderNewAppPage(caller, beginTotp(context, ownerOf(caller), signInTexts.issuer)),
  );
  onPost('totp/confirm', async (parts) => {
    const { caller, fields } = parts;
    const answer = { challenge: fields.text('challenge'), code: fields.text('code') };
    return conclude(parts, needDone(await confirmTotp(context, ownerOf(caller), answer)));
  });
  onPostWithPassword('totp/remove', async (parts) => {
    needDone(await removeTotp(context, ownerOf(parts.caller), requireAnother(parts.caller)));
    return parts.reply.redirect('/security?done=factor', 303);
  });
  onPostWithPassword('passkeys', async ({ caller, fields }) => {
    const name = parseForm(nameCheck, fields.text('name'));
    const begun = needDone(await beginPasskey(context, ownerOf(caller), consoleParty(context)));
    return renderNewPasskeyPage(caller, { ...begun, name });
  });
  onPost('passkeys/register', async (parts) => {
    const { caller, fields } = parts;
    const [challenge, response] = [fields.text('challenge'), fields.text('response')];
    const name = parseForm(nameCheck, fields.text('name'));
    const made = await registerPasskey(context, ownerOf(caller), { challenge, response, name });
    return conclude(parts, needDone(made));
  });
  onPostWithPassword('passkeys/:id/remove', async ({ caller, request, reply }) => {
    const id = new FormFields(request.params).text('id');
    needDone(await removePasskey(context, ownerOf(caller), { id, check: requireAnother(caller) }));
    return reply.redirect('/security?done=factor', 303);
  });
  onPostWithPassword('recovery-codes', async ({ caller }) => {
    const { recoveryCodes } = needDone(await renewRecoveryCodes(context, ownerOf(caller)));
    return renderRecoveryCodesPage(caller, recoveryCodes, '/security');
  });
}

/** The codes that came with it, or back to the page. */
async function conclude(
  { caller, reply }: Parts,
  { recoveryCodes }: Enrolled,
): Promise<string | ConsoleReply> {
  if (recoveryCodes !== null) return renderRecoveryCodesPage(caller, recoveryCodes, '/security');
  return reply.redirect('/security?done=factor', 303);
}

/** RpcError `refused` with what a refusal says. */
function needDone<T extends { readonly done: true }>(outcome: T | PeopleRefusal): T {
  if (outcome.done) return outcome;
  throw new RpcError('refused', outcome.explanation);
}

/** RpcError `refused`: without it the password alone would do for the next set-up. */
function requireAnother({ staff }: StaffCaller): WithdrawalCheck {
  return async ({ secondFactors }) => {
    const { totpSinceMs, passkeys } = await describeFactors(secondFactors, staff.id);
    if (passkeys.length + (totpSinceMs === null ? 0 : 1) > 1) return;
    throw new RpcError('refused', texts.onlyFactor);
  };
}
