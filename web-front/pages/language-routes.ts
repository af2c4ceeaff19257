// The language switch at the foot of every page. What a visitor chooses is kept in a cookie that nothing secret depends on.
// The form's token is that of the session, or before the sign-in that of the visitor.
import { Type, strictObject } from '#commlink/schema.ts';
import { isLanguage } from '#commlink/pages/texts/language.ts';
import { readSessionCookie, readVisitorCookie, setLanguageCookie } from '../http/cookies.ts';
import { isFormToken } from '#commlink/pages/form-token.ts';
import { ownPath } from '#commlink/pages/own-path.ts';
import type { PortalApp } from '../http/portal-app.ts';
import { requireOwnForm } from '../http/session.ts';
import { httpLimits } from '../limits.ts';
import type { PortalServices } from '../portal-services.ts';

const LanguageForm = strictObject({
  formToken: Type.String({ maxLength: 64 }),
  language: Type.String({ maxLength: 8 }),
  next: Type.String({ maxLength: httpLimits.urlCharactersMax }),
});

/** Adds the route. */
export function addLanguageRoutes(app: PortalApp, { publicUrl }: PortalServices): void {
  app.post('/language', { schema: { body: LanguageForm, hide: true } }, async (request, reply) => {
    const { formToken, language, next } = request.body;
    const secrets = [readSessionCookie(request), readVisitorCookie(request)];
    const cookieSecret = secrets.find((secret) => secret !== null && isFormToken(formToken, secret)) ?? null;
    requireOwnForm(request, { publicUrl, formToken, cookieSecret });
    if (isLanguage(language)) setLanguageCookie(reply, language);
    return reply.redirect(ownPath(next), 303);
  });
}
