// The routes of SSH keys: the page, the form that puts one in, and those that remove one. internal-db judges the key.
import { Type, strictObject } from '#commlink/schema.ts';
import { Id } from '#commlink/methods/fields.ts';
import type { PortalApp } from '../http/portal-app.ts';
import { loadViewer, requireOwnForm, requireSession, returningTo } from '../http/session.ts';
import { sshKeyInputMax, sshKeyLifetimeDays } from '../limits.ts';
import { problemTable } from '../portal-problem.ts';
import type { PortalServices } from '../portal-services.ts';
import type { PageRequest } from './page-frame.ts';
import { sshKeysPage, type SshKeysView } from './ssh-keys-page.ts';

const FormToken = Type.String({ maxLength: 64 });
const AddForm = strictObject({
  formToken: FormToken,
  line: Type.String({ maxLength: sshKeyInputMax.lineCharacters }),
  name: Type.Optional(Type.String({ maxLength: sshKeyInputMax.nameCharacters })),
  lifetimeDays: Type.Optional(Type.String({ maxLength: 16 })),
});
const RemoveForm = strictObject({ formToken: FormToken });
const KeyParams = strictObject({ id: Id });
const dayMs = 86_400_000;

/** Adds the routes. */
export function addSshKeyRoutes(app: PortalApp, services: PortalServices): void {
  const { frameFor, internalDb, publicUrl } = services;
  const renderKeys = async (request: PageRequest, session: string, view: Omit<SshKeysView, 'keys'>) => {
    const [viewer, { keys }] = await Promise.all([
      loadViewer(services, session),
      internalDb.callForSession('sshKey.list', { session }),
    ]);
    return sshKeysPage(frameFor(request), viewer, { keys, ...view });
  };

  app.get('/ssh-keys', { schema: { hide: true } }, async (request, reply) => {
    const page = await renderKeys(request, requireSession(request), {
      refusal: null,
      name: '',
      wrongDays: null,
    });
    return reply.type('text/html; charset=utf-8').send(page);
  });

  app.post('/ssh-keys', { schema: { body: AddForm, hide: true } }, async (request, reply) => {
    const { formToken, line, name = '', lifetimeDays = '' } = request.body;
    return await returningTo('/ssh-keys', async () => {
      const session = requireSession(request);
      requireOwnForm(request, { publicUrl, formToken, cookieSecret: session });
      const named = { line, name: name.trim() === '' ? null : name.trim() };
      const lifetime = lifetimeOf(lifetimeDays);
      if (lifetime === null) {
        reply.code(problemTable.bad_request.status).type('text/html; charset=utf-8');
        const typed = { refusal: null, name, wrongDays: lifetimeDays };
        return reply.send(await renderKeys(request, session, typed));
      }
      const wish = { session, ...named, ...lifetime };
      const outcome = await internalDb.callForSession('sshKey.add', wish);
      if (outcome.added) return reply.redirect('/ssh-keys', 303);
      reply.code(problemTable.key_refused.status).type('text/html; charset=utf-8');
      const { refusals } = frameFor(request).texts.keysAndTokens.keys;
      const refusal = refusals[outcome.reason](outcome.value ?? '');
      return reply.send(await renderKeys(request, session, { refusal, name, wrongDays: null }));
    });
  });

  const removeSchema = { params: KeyParams, body: RemoveForm, hide: true };
  app.post('/ssh-keys/:id/remove', { schema: removeSchema }, async (request, reply) => {
    return await returningTo('/ssh-keys', async () => {
      const session = requireSession(request);
      requireOwnForm(request, { publicUrl, formToken: request.body.formToken, cookieSecret: session });
      await internalDb.callForSession('sshKey.remove', { session, id: request.params.id });
      return reply.redirect('/ssh-keys', 303);
    });
  });
}

/** Nothing for a key that does not end by itself; null for what is no number of days that a key may have. */
function lifetimeOf(days: string): { lifetimeMs?: number } | null {
  if (days === '') return {};
  const { min, max } = sshKeyLifetimeDays;
  const isGood = /^[0-9]+$/.test(days) && Number(days) >= min && Number(days) <= max;
  return isGood ? { lifetimeMs: Number(days) * dayMs } : null;
}
