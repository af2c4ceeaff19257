// Keeps what was typed when a form meets a session that is over, and shows it after the sign-in, whichever way that goes: the
// page is where the sign-in leads to. Called by console-routes.ts.
import { isFormToken } from '#commlink/pages/form-token.ts';
import { RpcError } from '#commlink/rpc-error.ts';
import type { ServiceContext } from '../../service-context.ts';
import { hashSecret } from '../../secret-token.ts';
import type { ConsoleApp, ConsoleRequest } from '../console-app.ts';
import { FormFields } from '../console-forms.ts';
import { readSessionCookie, requireSameOrigin, type ForStaff } from '../console-gate.ts';
import { pageAskedFor } from '../next-page.ts';
import { renderKeptFormPage } from './kept-form-page.ts';
import { formsTexts } from '../texts/console-texts.ts';
import type { FormEncoding, KeptForms } from './kept-forms.ts';

/** Registers the page. */
export function registerKeptFormRoutes(app: ConsoleApp, kept: KeptForms, forStaff: ForStaff): void {
  app.get(
    '/kept/:form',
    forStaff(async (caller, request) => {
      const form = kept.find(new FormFields(request.params).text('form'), caller.staff.id);
      if (form) return renderKeptFormPage(caller, form);
      throw new RpcError('not_found', formsTexts.kept.gone);
    }),
  );
}

/** Where the sign-in leads to for a request without a session: its page, or what was typed into its form. */
export async function pageAfterSignIn(
  context: ServiceContext,
  kept: KeptForms,
  request: ConsoleRequest,
): Promise<string> {
  if (request.method !== 'POST') return pageAskedFor(request);
  const staffId = await findSender(context, request);
  const { url: action, body } = request;
  const form = staffId === null ? null : kept.keep({ staffId, action, encoding: encodingOf(request), body });
  return form === null ? '/' : `/kept/${form}`;
}

function encodingOf({ headers }: ConsoleRequest): FormEncoding {
  const isMultipart = headers['content-type']?.startsWith('multipart/form-data') ?? false;
  return isMultipart ? 'multipart/form-data' : 'application/x-www-form-urlencoded';
}

/** Whose session it was, for a form that one of our pages made for it; else null, and nothing is kept. */
async function findSender({ store }: ServiceContext, request: ConsoleRequest): Promise<string | null> {
  requireSameOrigin(request);
  const session = readSessionCookie(request);
  if (session === undefined) return null;
  if (!isFormToken(new FormFields(request.body).text('formToken'), session)) return null;
  const found = await store.read.staff.sessionByHash(hashSecret(session));
  const wasProved = found !== undefined && found.session.secondFactorAtMs !== null;
  return wasProved && found.staff.endedAtMs === null ? found.staff.id : null;
}
