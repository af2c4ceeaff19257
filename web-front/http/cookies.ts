// The cookies of the portal, and nothing else of it. All are Secure, HttpOnly and SameSite=Lax; those for the whole
// site carry the __Host- prefix, so that neither another host of the domain nor plain HTTP can plant one.
import type { SessionOwner } from '#commlink/methods/session-owner.ts';
import { languageCookie, languageKeptSeconds, type Language } from '#commlink/pages/texts/language.ts';
import { keptFormLimits } from '../limits.ts';

/** The attributes that this portal gives its cookies. `maxAge` is in seconds. */
export interface CookieAttributes {
  readonly path: string;
  readonly secure: true;
  readonly httpOnly: true;
  readonly sameSite: 'lax';
  readonly maxAge?: number;
}

/** What is needed of a request to read its cookies. */
export interface CookieSource {
  readonly cookies: Readonly<Record<string, string | undefined>>;
}

/** What is needed of a reply to set cookies. */
export interface CookieSink {
  setCookie(name: string, value: string, options: CookieAttributes): unknown;
  clearCookie(name: string, options: CookieAttributes): unknown;
}

const sessionCookie = '__Host-consign-session';
const personCookie = '__Host-consign-person';
const visitorCookie = '__Host-consign-visitor';
const providerCookie = '__Host-consign-provider';
const deliveryCookie = '__Secure-consign-delivery';
const keptFormCookie = '__Secure-consign-typed';
const secretPattern = /^[\w-]{1,256}$/;
/** As long as internal-db waits for somebody to come back from a provider, and a little. */
const providerKeptSeconds = 600;
/** The page that shows a kept form, and alone gets its cookie. */
export const keptFormPath = '/typed';
const wholeSite = { path: '/', secure: true, httpOnly: true, sameSite: 'lax' } as const;

/** The session token that the browser sent; null when there is none that could be one. */
export function readSessionCookie(request: CookieSource): string | null {
  return readSecret(request, sessionCookie);
}

/** Whether a session is a view by staff, as internal-db's form of it says: for the notice above the pages alone. */
export function isStaffViewSession(session: string): boolean {
  return session.startsWith('consign_view_');
}

/** Keeps a session in the browser, and a while longer than it is good for, so that a form sent then is known as its own. */
export function setSessionCookie(reply: CookieSink, session: string, owner: SessionOwner): void {
  const options = {
    ...wholeSite,
    maxAge: secondsUntil(owner.expiresAtMs + keptFormLimits.overSessionKeptMs),
  };
  reply.setCookie(sessionCookie, session, options);
  reply.setCookie(personCookie, owner.user.id, options);
}

/** Whose session this browser had last, by what was said when it was opened; null when nobody's. */
export function readPersonCookie(request: CookieSource): string | null {
  return readSecret(request, personCookie);
}

/** Forgets the session in the browser. */
export function clearSessionCookie(reply: CookieSink): void {
  reply.clearCookie(sessionCookie, wholeSite);
}

/** The random secret that the sign-in form's token is derived from; null before the form was shown. */
export function readVisitorCookie(request: CookieSource): string | null {
  return readSecret(request, visitorCookie);
}

/** Gives a browser that is not signed in its random secret, until it is closed. */
export function setVisitorCookie(reply: CookieSink, secret: string): void {
  reply.setCookie(visitorCookie, secret, wholeSite);
}

/** Keeps the visitor's choice of a language. */
export function setLanguageCookie(reply: CookieSink, language: Language): void {
  reply.setCookie(languageCookie, language, { ...wholeSite, maxAge: languageKeptSeconds });
}

/** The sealed credentials of the delivery whose page is asked for. */
export function readDeliveryCookie(request: CookieSource): string | null {
  return request.cookies[deliveryCookie] ?? null;
}

/** Keeps a delivery's sealed credentials in the browser, for that delivery's page alone. */
export function setDeliveryCookie(
  reply: CookieSink,
  sealed: string,
  { delivery, expiresAtMs }: { delivery: string; expiresAtMs: number },
): void {
  const options = { ...wholeSite, path: `/deliveries/${delivery}`, maxAge: secondsUntil(expiresAtMs) };
  reply.setCookie(deliveryCookie, sealed, options);
}

/** The sealed form that waits to be sent again. */
export function readKeptFormCookie(request: CookieSource): string | null {
  return request.cookies[keptFormCookie] ?? null;
}

/** Keeps a sealed form in the browser, for the page alone that shows it. */
export function setKeptFormCookie(reply: CookieSink, sealed: string): void {
  const maxAge = Math.floor(keptFormLimits.lifetimeMs / 1000);
  reply.setCookie(keptFormCookie, sealed, { ...wholeSite, path: keptFormPath, maxAge });
}

/** What a browser takes along to an identity provider: internal-db's ticket, and where to go afterwards. */
export interface ProviderTrip {
  readonly ticket: string;
  readonly next: string;
}

/** Sends it along. */
export function setProviderCookie(reply: CookieSink, { ticket, next }: ProviderTrip): void {
  const value = `${ticket}.${Buffer.from(next).toString('base64url')}`;
  reply.setCookie(providerCookie, value, { ...wholeSite, maxAge: providerKeptSeconds });
}

/** What the browser took along; null when nothing was. */
export function readProviderCookie(request: CookieSource): ProviderTrip | null {
  const [ticket = '', next = ''] = (request.cookies[providerCookie] ?? '').split('.');
  return secretPattern.test(ticket)
    ? { ticket, next: Buffer.from(next, 'base64url').toString('utf8') }
    : null;
}

/** Forgets it: a ticket is good once. */
export function clearProviderCookie(reply: CookieSink): void {
  reply.clearCookie(providerCookie, wholeSite);
}

function readSecret(request: CookieSource, name: string): string | null {
  const value = request.cookies[name];
  return value !== undefined && secretPattern.test(value) ? value : null;
}

function secondsUntil(atMs: number): number {
  return Math.max(0, Math.floor((atMs - Date.now()) / 1000));
}
