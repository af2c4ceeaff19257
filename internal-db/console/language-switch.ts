// The language of the console's pages: chosen for each request, and changed at the foot of every page. What somebody chooses is
// kept in a cookie that nothing secret depends on. Registered by start-console.ts; the form is a part of layout.ts.
import { html, type Html } from '#commlink/pages/html.ts';
import {
  chooseLanguage,
  isLanguage,
  languageCookie,
  languageKeptSeconds,
  languageNames,
  languages,
} from '#commlink/pages/texts/language.ts';
import type { ConsoleApp, ConsoleReply, ConsoleRequest } from './console-app.ts';
import { FormFields } from './console-forms.ts';
import { requireSameOrigin } from './console-gate.ts';
import { nextOf, pageAskedFor } from './next-page.ts';
import { frameTexts } from './texts/console-texts.ts';
import { speak, spokenLanguage, spokenPath } from '../texts/spoken-language.ts';

/** Lax, unlike the session's: also for who comes back from an identity provider. */
const cookieAttributes = {
  path: '/',
  secure: true,
  httpOnly: true,
  sameSite: 'lax',
  maxAge: languageKeptSeconds,
} as const;

/** Has each request answered in its language; programs, which read the API, are answered in English. */
export function speakByRequest(app: ConsoleApp): void {
  app.addHook('onRequest', (request, _, done) => speakTo(request, done));
  // A body is read in a context of its own, which the rest of the request goes on in.
  app.addHook('preValidation', (request, _, done) => speakTo(request, done));
}

/** Does this work in the language of a request. */
export function speakTo<T>(request: ConsoleRequest, work: () => T): T {
  const acceptLanguage = request.headers['accept-language'];
  const chosen = chooseLanguage({ cookie: request.cookies[languageCookie], acceptLanguage });
  const language = isForPrograms(request.url) ? 'en' : chosen;
  return speak({ language, path: pageAskedFor(request) }, work);
}

/** Adds the route that the switch is sent to, before a sign-in as after it. */
export function registerLanguageRoute(app: ConsoleApp): void {
  app.post('/language', async (request: ConsoleRequest, reply: ConsoleReply) => {
    requireSameOrigin(request);
    const language = new FormFields(request.body).text('language');
    if (isLanguage(language)) reply.setCookie(languageCookie, language, cookieAttributes);
    return reply.redirect(nextOf(request.body), 303);
  });
}

/** Each language is a button in its own language; the page's own is only text. None where all is English: the API's description. */
export function renderLanguageSwitch(): Html | null {
  if (isForPrograms(spokenPath())) return null;
  const choices = languages.map((choice) =>
    choice === spokenLanguage()
      ? html`<span aria-current="true" lang="${choice}">${languageNames[choice]}</span>`
      : html`<button class="link" name="language" value="${choice}" lang="${choice}">
          ${languageNames[choice]}
        </button>`,
  );
  return html`<form class="languages" method="post" action="/language" aria-label="${frameTexts.language}">
    <input type="hidden" name="next" value="${spokenPath()}" />
    ${choices}
  </form>`;
}

function isForPrograms(path: string): boolean {
  return path.startsWith('/api/');
}
