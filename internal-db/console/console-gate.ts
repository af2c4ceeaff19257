// Who gets to a console page: the cookie, the form token, the role. Called by the routes before anything else is done.
import { isFormToken, isFromAnotherSite } from '#commlink/pages/form-token.ts';
import { RpcError } from '#commlink/rpc-error.ts';
import type { ServiceContext } from '../service-context.ts';
import type { ConsoleReply, ConsoleRequest } from './console-app.ts';
import { FormFields } from './console-forms.ts';
import { mayDo, type StaffAction } from './staff-permissions.ts';
import { formsTexts as texts } from './texts/console-texts.ts';
import { findStaff, type StaffCaller } from './staff-session.ts';

const sessionCookie = '__Host-consign-staff';
const cookieAttributes = { path: '/', secure: true, httpOnly: true, sameSite: 'strict' } as const;

/** A route's work for a member of staff who is signed in; returns the page. */
export type StaffRoute = (
  caller: StaffCaller,
  request: ConsoleRequest,
  reply: ConsoleReply,
) => Promise<string | ConsoleReply>;

/** Wraps a route so that it is called for signed-in staff only. */
export type ForStaff = (
  route: StaffRoute,
) => (request: ConsoleRequest, reply: ConsoleReply) => Promise<ConsoleReply>;

/** Keeps the session in the browser until it is closed. */
export function setStaffCookie(reply: ConsoleReply, session: string): void {
  reply.setCookie(sessionCookie, session, cookieAttributes);
}

/** Forgets the session in the browser. */
export function clearStaffCookie(reply: ConsoleReply): void {
  reply.clearCookie(sessionCookie, cookieAttributes);
}

/** The session that a browser claims to have. */
export function readSessionCookie(request: ConsoleRequest): string | undefined {
  return request.cookies[sessionCookie];
}

/** Who is signed in, or null. */
export async function identifyStaff(
  context: ServiceContext,
  request: ConsoleRequest,
): Promise<StaffCaller | null> {
  const session = readSessionCookie(request);
  return session === undefined ? null : await findStaff(context, session);
}

/** RpcError `forbidden` when the role may not do that. */
export function requirePermission(caller: StaffCaller, action: StaffAction): void {
  if (mayDo(caller.staff.role, action)) return;
  throw new RpcError('forbidden', texts.notAllowed(caller.staff.role));
}

/** The fields of a form that a page of this session made; RpcError `forbidden` for any other. */
export function readSignedForm(caller: StaffCaller, request: ConsoleRequest): FormFields {
  return readSignedFields(caller, request, request.body);
}

/** The same for a request whose body is no form: the token is in `x-form-token`. */
export function requireFormToken(caller: StaffCaller, request: ConsoleRequest): void {
  readSignedFields(caller, request, { formToken: request.headers['x-form-token'] });
}

/** The same for fields that were read apart from the request. */
export function readSignedFields(caller: StaffCaller, request: ConsoleRequest, body: unknown): FormFields {
  requireSameOrigin(request);
  const fields = new FormFields(body);
  if (isFormToken(fields.text('formToken'), caller.session)) return fields;
  throw new RpcError('forbidden', texts.notYours);
}

/** RpcError `forbidden` for a form that another site has sent (Fetch Metadata; Origin where that is missing). */
export function requireSameOrigin(request: ConsoleRequest): void {
  if (isFromAnotherSite(request.headers, null)) throw new RpcError('forbidden', texts.anotherSite);
}
