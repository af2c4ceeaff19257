// The routes of a person's own particulars: profile, e-mail address, password. A form that is followed leads back to the
// page, which says so; one that is not is shown again with the reason.
import { Type, strictObject } from '#commlink/schema.ts';
import {
  EmailAddress,
  Language,
  PersonName,
  TypedPassword,
  type PeopleRefusal,
} from '#commlink/methods/people-fields.ts';
import type { PortalApp } from '../../http/portal-app.ts';
import { loadViewer, requireOwnForm, requireSession, returningTo } from '../../http/session.ts';
import type { PortalServices } from '../../portal-services.ts';
import type { PageRequest } from '../page-frame.ts';
import { accountPage, type AccountForm, type AccountView } from './account-page.ts';
import { explainRefusal, markRefused, type RefusalSink } from './wish-refusal.ts';

const FormToken = Type.String({ maxLength: 64 });
const Form = Type.Union([Type.Literal('profile'), Type.Literal('email'), Type.Literal('password')]);
const AccountQuery = Type.Object({
  done: Type.Optional(Form),
});
const ProfileForm = strictObject({ formToken: FormToken, displayName: PersonName, language: Language });
const EmailForm = strictObject({ formToken: FormToken, email: EmailAddress, password: TypedPassword });
const PasswordForm = strictObject({
  formToken: FormToken,
  password: TypedPassword,
  newPassword: TypedPassword,
});

/** How a wish fared. */
type Outcome = { readonly done: true } | PeopleRefusal;

/** Adds the routes. */
export function addAccountRoutes(app: PortalApp, services: PortalServices): void {
  const { internalDb, publicUrl } = services;
  const answerForm = createAnswer(services);

  app.get('/account', { schema: { querystring: AccountQuery, hide: true } }, async (request, reply) => {
    const { done = null } = request.query;
    const page = await renderAccount(services, request, { done, refused: null });
    return reply.type('text/html; charset=utf-8').send(page);
  });

  app.post('/account/profile', { schema: { body: ProfileForm, hide: true } }, async (request, reply) => {
    return await returningTo('/account', async () => {
      const session = requireSession(request);
      const { formToken, ...wish } = request.body;
      requireOwnForm(request, { publicUrl, formToken, cookieSecret: session });
      const outcome = await internalDb.callForSession('profile.update', { session, ...wish });
      return await answerForm(request, reply, { form: 'profile', outcome });
    });
  });

  app.post('/account/email', { schema: { body: EmailForm, hide: true } }, async (request, reply) => {
    return await returningTo('/account', async () => {
      const session = requireSession(request);
      const { formToken, ...wish } = request.body;
      requireOwnForm(request, { publicUrl, formToken, cookieSecret: session });
      const outcome = await internalDb.callForSession('email.request', { session, ...wish });
      return await answerForm(request, reply, { form: 'email', outcome });
    });
  });

  app.post('/account/password', { schema: { body: PasswordForm, hide: true } }, async (request, reply) => {
    return await returningTo('/account', async () => {
      const session = requireSession(request);
      const { formToken, ...wish } = request.body;
      requireOwnForm(request, { publicUrl, formToken, cookieSecret: session });
      const outcome = await internalDb.callForSession('password.change', { session, ...wish });
      return await answerForm(request, reply, { form: 'password', outcome });
    });
  });
}

/** What is needed of a reply here. */
interface FormSink extends RefusalSink {
  type(mediaType: string): unknown;
  send(page: string): unknown;
  redirect(path: string, status: number): unknown;
}

function createAnswer(services: PortalServices) {
  return async (
    request: PageRequest,
    reply: FormSink,
    { form, outcome }: { readonly form: AccountForm; readonly outcome: Outcome },
  ): Promise<unknown> => {
    if (outcome.done) return reply.redirect(`/account?done=${form}`, 303);
    markRefused(reply, outcome);
    const message = explainRefusal(services.frameFor(request), outcome);
    reply.type('text/html; charset=utf-8');
    return reply.send(await renderAccount(services, request, { done: null, refused: { form, message } }));
  };
}

async function renderAccount(
  services: PortalServices,
  request: PageRequest,
  how: Omit<AccountView, 'profile'>,
): Promise<string> {
  const session = requireSession(request);
  const [viewer, { profile }] = await Promise.all([
    loadViewer(services, session),
    services.internalDb.callForSession('profile.describe', { session }),
  ]);
  return accountPage(services.frameFor(request), viewer, { profile, ...how });
}
