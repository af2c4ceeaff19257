// Makes the frame of a page for the one request that asks for it: the visitor's language and its texts, and what is the
// same for all requests of this configuration. Called by build-portal.ts; used by every route that answers with a page.
import type { IncomingHttpHeaders } from 'node:http';
import { chooseLanguage, languageCookie } from '#commlink/pages/texts/language.ts';
import {
  isStaffViewSession,
  readSessionCookie,
  readVisitorCookie,
  type CookieSource,
} from '../http/cookies.ts';
import { formTokenFor } from '#commlink/pages/form-token.ts';
import { portalTexts } from '../texts/portal-texts.ts';
import type { PageFrame } from './layout.ts';

/** What is needed of a request. */
export interface PageRequest extends CookieSource {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
}

/** The frame for an answer to this request. */
export type FrameFor = (request: PageRequest) => PageFrame;

/** Makes the function for one configuration. */
export function createFrames(
  common: Omit<PageFrame, 'language' | 'texts' | 'path' | 'formToken' | 'isStaffView'>,
): FrameFor {
  return (request) => {
    const { method, url, headers, cookies } = request;
    const acceptLanguage = headers['accept-language'];
    const language = chooseLanguage({ cookie: cookies[languageCookie], acceptLanguage });
    // A page that answers a form has no address of its own to come back to.
    const path = method === 'GET' ? url : '/';
    const session = readSessionCookie(request);
    const secret = session ?? readVisitorCookie(request);
    return {
      ...common,
      language,
      texts: portalTexts[language],
      path,
      // A page with a viewer has the token from there.
      get formToken() {
        return secret === null ? null : formTokenFor(secret);
      },
      isStaffView: session !== null && isStaffViewSession(session),
    };
  };
}
