// What was typed into a form that met a session which was over: kept in the customer's own browser, for the page that shows it
// after the sign-in, whichever way that goes. It is encrypted under the browser's random secret and bound to the person whose
// session it was: any web-front can open it, another site cannot make one, and nobody else gets to see or send it. Kept by
// error-answers.ts, read by the page's route.
import { Type, compileSchema, strictObject, type Static } from '#commlink/schema.ts';
import { isFormToken, isFromAnotherSite } from '#commlink/pages/form-token.ts';
import { openText, sealText, type SealedFor } from '#commlink/sealed-text.ts';
import { httpLimits, keptFormLimits } from '../limits.ts';
import {
  isStaffViewSession,
  keptFormPath,
  readKeptFormCookie,
  readPersonCookie,
  readSessionCookie,
  readVisitorCookie,
  setKeptFormCookie,
  type CookieSink,
  type CookieSource,
} from './cookies.ts';
import type { RequestSource } from './session.ts';
import { startVisitorSecret } from './visitor-form.ts';

/** The forms that are kept, and of each the fields that somebody types or chooses: never passwords or codes. */
export const keptFields = {
  '/tokens': ['name', 'may', 'lifetimeDays'],
  '/ssh-keys': ['line', 'name', 'lifetimeDays'],
  '/members': ['email', 'role', 'language'],
  '/account/profile': ['displayName', 'language'],
  '/appliances/codes': ['type', 'site', 'label', 'count', 'days'],
} as const;
/** Where a kept form goes. */
export type KeptAction = keyof typeof keptFields;

const KeptForm = strictObject({
  action: Type.Union((Object.keys(keptFields) as KeptAction[]).map((action) => Type.Literal(action))),
  page: Type.String(),
  fields: Type.Array(Type.Tuple([Type.String(), Type.String()])),
  untilMs: Type.Number(),
});
/** A form that waits to be sent again. */
export type KeptForm = Static<typeof KeptForm>;

const keptCheck = compileSchema('a kept form', KeptForm);
/** A key that was pasted by mistake, in the formats of OpenSSH, OpenSSL and PuTTY. */
const privateKeyPattern = /private[ -]/i;

/** What is needed of the request that sent the form. */
export interface SentRequest extends RequestSource {
  readonly method: string;
  readonly url: string;
  readonly body?: unknown;
}

/** Keeps the form of a request; the page that shows it, or null for what is not to be kept. */
export function keepForm(
  request: SentRequest,
  reply: CookieSink,
  { page, publicUrl }: { page: string; publicUrl: string },
): string | null {
  const person = findSender(request, publicUrl);
  if (person === null || !isKeptAction(request.url)) return null;
  const fields = fieldsOf(request.url, request.body);
  if (fields.length === 0 || fields.some(([, value]) => privateKeyPattern.test(value))) return null;
  const form = { action: request.url, page, fields, untilMs: Date.now() + keptFormLimits.lifetimeMs };
  const secret = startVisitorSecret(request, reply);
  const sealed = sealText(JSON.stringify(form), sealedFor(secret, person));
  if (sealed.length > httpLimits.cookieValueBytesMax) return null;
  setKeptFormCookie(reply, sealed);
  return `${keptFormPath}?${new URLSearchParams({ page })}`;
}

/** The form that this browser keeps for that person and page; null when there is none, or not any more. */
export function readKeptForm(
  request: CookieSource,
  { person, page }: { person: string; page: string },
): KeptForm | null {
  const secret = readVisitorCookie(request);
  const sealed = readKeptFormCookie(request);
  if (secret === null || sealed === null) return null;
  const text = openText(sealed, sealedFor(secret, person));
  const form: unknown = text === null ? null : JSON.parse(text);
  return keptCheck.matches(form) && form.page === page && form.untilMs > Date.now() ? form : null;
}

/** Whose session it was, for a form that one of our pages made for it; null for any other. */
function findSender(request: SentRequest, publicUrl: string): string | null {
  const session = readSessionCookie(request);
  if (request.method !== 'POST' || session === null || isStaffViewSession(session)) return null;
  const { formToken } = textsOf(request.body);
  if (!isFormToken(formToken, session) || isFromAnotherSite(request.headers, publicUrl)) return null;
  return readPersonCookie(request);
}

function fieldsOf(action: KeptAction, body: unknown): [name: string, value: string][] {
  const texts = textsOf(body);
  return keptFields[action].flatMap((name): [string, string][] => {
    const value = texts[name];
    return value === undefined ? [] : [[name, value]];
  });
}

function textsOf(body: unknown): Readonly<Record<string, string | undefined>> {
  if (typeof body !== 'object' || body === null) return {};
  return Object.fromEntries(Object.entries(body).filter(([, value]) => typeof value === 'string'));
}

function isKeptAction(url: string): url is KeptAction {
  return Object.hasOwn(keptFields, url);
}

function sealedFor(secret: string, person: string): SealedFor {
  return { secret, purpose: 'kept-form', subject: person };
}
