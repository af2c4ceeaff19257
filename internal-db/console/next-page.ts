// Where a member of staff goes on after both steps of the sign-in: the page that was asked for, carried from step to step in
// the address or the form, and checked at each. Called by console-routes.ts and second-factor-routes.ts.
import { ownPath } from '#commlink/pages/own-path.ts';
import { consoleNextCharactersMax } from '../limits.ts';
import type { ConsoleRequest } from './console-app.ts';
import { FormFields } from './console-forms.ts';

/** The page that a request asks for; the overview for a form, which is not sent again. */
export function pageAskedFor({ method, url }: ConsoleRequest): string {
  return method === 'GET' ? ownPageOf(url) : '/';
}

/** Where an address or a form (`next`) says to go on; the overview unless it is a page of this console. */
export function nextOf(query: unknown): string {
  return ownPageOf(new FormFields(query).text('next'));
}

/** A step of the sign-in that keeps where to go on. */
export function stepTo(step: '/sign-in' | '/second-factor', next: string): string {
  return next === '/' ? step : `${step}?next=${encodeURIComponent(next)}`;
}

/** The address, if it is one of this console's pages; else the overview's. */
export function ownPageOf(next: string): string {
  return next.length <= consoleNextCharactersMax ? ownPath(next) : '/';
}
