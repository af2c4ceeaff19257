// The routes of SSH keys: the page, the form that puts one in, and those that remove one. internal-db judges the key.
import { Type, strictObject } from '#commlink/schema.ts';
import { Id } from '#commlink/methods/fields.ts';
import type { PortalApp } from '../http/portal-app.ts';
import { loadViewer, requireOwnForm, requireSession } from '../http/session.ts';
import { sshKeyInputMax } from '../limits.ts';
import { problemTable } from '../portal-problem.ts';
import type { PortalServices } from '../portal-services.ts';
import type { PageRequest } from './page-frame.ts';
import { sshKeysPage } from './ssh-keys-page.ts';

const FormToken = Type.String({ maxLength: 64 });
const AddForm = strictObject({
  formToken: FormToken,
  line: Type.String({ maxLength: sshKeyInputMax.lineCharacters }),
  name: Type.Optional(Type.String({ maxLength: sshKeyInputMax.nameCharacters })),
});
const RemoveForm = strictObject({ formToken: FormToken });
const KeyParams = strictObject({ id: Id });

/** Adds the routes. */
export function addSshKeyRoutes(app: PortalApp, services: PortalServices): void {
  const { frameFor, internalDb, publicUrl } = services;
  const renderKeys = async (request: PageRequest, session: string, refusal: string | null) => {
    const [viewer, { keys }] = await Promise.all([
      loadViewer(services, session),
      internalDb.callForSession('sshKey.list', { session }),
    ]);
    return sshKeysPage(frameFor(request), viewer, { keys, refusal });
  };

  app.get('/ssh-keys', { schema: { hide: true } }, async (request, reply) => {
    const page = await renderKeys(request, requireSession(request), null);
    return reply.type('text/html; charset=utf-8').send(page);
  });

  app.post('/ssh-keys', { schema: { body: AddForm, hide: true } }, async (request, reply) => {
    const session = requireSession(request);
    const { formToken, line, name = '' } = request.body;
    requireOwnForm(request, { publicUrl, formToken, cookieSecret: session });
    const wish = { session, line, name: name.trim() === '' ? null : name.trim() };
    const outcome = await internalDb.callForSession('sshKey.add', wish);
    if (outcome.added) return reply.redirect('/ssh-keys', 303);
    reply.code(problemTable.key_refused.status).type('text/html; charset=utf-8');
    return reply.send(await renderKeys(request, session, outcome.explanation));
  });

  const removeSchema = { params: KeyParams, body: RemoveForm, hide: true };
  app.post('/ssh-keys/:id/remove', { schema: removeSchema }, async (request, reply) => {
    const session = requireSession(request);
    requireOwnForm(request, { publicUrl, formToken: request.body.formToken, cookieSecret: session });
    await internalDb.callForSession('sshKey.remove', { session, id: request.params.id });
    return reply.redirect('/ssh-keys', 303);
  });
}
