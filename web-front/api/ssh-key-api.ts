// GET, POST and DELETE /ssh-keys. internal-db judges the key, and refuses the latter two to a caller that is a token: a
// stolen one can't leave a key behind that outlives it.
import { bodyStatuses } from '#commlink/api/problem-responses.ts';
import type { PortalApp } from '../http/portal-app.ts';
import { requireCredential } from '../http/session.ts';
import { PortalProblem } from '../portal-problem.ts';
import type { PortalServices } from '../portal-services.ts';
import { responses } from './responses.ts';
import { IdParams, SshKeyBody, SshKeyView, SshKeysView } from './schemas.ts';
import { viewSshKey } from './api-views.ts';

const tags = ['ssh-keys'];
const dayMs = 86_400_000;
const browserSessionOnly = [{ browserSession: [] }];

/** Adds the routes. */
export function addSshKeyApi(api: PortalApp, { internalDb, publicUrl }: PortalServices): void {
  const listSchema = {
    operationId: 'listSshKeys',
    summary: 'Your SSH keys',
    tags,
    response: responses({ status: 200, description: 'The keys.', schema: SshKeysView }),
  };
  api.get('/ssh-keys', { schema: listSchema }, async (request) => {
    const session = requireCredential(request, { mutates: false, publicUrl });
    const { keys } = await internalDb.callForSession('sshKey.list', { session });
    return { keys: keys.map(viewSshKey) };
  });

  const addSchema = {
    operationId: 'addSshKey',
    summary: 'Put a public SSH key in',
    tags,
    security: browserSessionOnly,
    body: SshKeyBody,
    response: responses({ status: 201, description: 'The key.', schema: SshKeyView }, [...bodyStatuses, 422]),
  };
  api.post('/ssh-keys', { schema: addSchema }, async (request, reply) => {
    const session = requireCredential(request, { mutates: true, publicUrl });
    const { publicKey, name = null, lifetimeDays } = request.body;
    const lifetime = lifetimeDays === undefined ? {} : { lifetimeMs: lifetimeDays * dayMs };
    const wish = { session, line: publicKey, name, ...lifetime };
    const outcome = await internalDb.callForSession('sshKey.add', wish);
    if (!outcome.added)
      throw new PortalProblem('key_refused', outcome.explanation, { reason: outcome.reason });
    return reply.code(201).send(viewSshKey(outcome.key));
  });

  const removeSchema = {
    operationId: 'removeSshKey',
    summary: 'Remove an SSH key: no login with it succeeds any more',
    tags,
    security: browserSessionOnly,
    params: IdParams,
    response: responses({ status: 204, description: 'Removed.', schema: null }, [400, 403, 404]),
  };
  api.delete('/ssh-keys/:id', { schema: removeSchema }, async (request, reply) => {
    const session = requireCredential(request, { mutates: true, publicUrl });
    const { removed } = await internalDb.callForSession('sshKey.remove', { session, id: request.params.id });
    if (!removed) throw new PortalProblem('not_found', 'You have no such key.');
    return reply.code(204).send();
  });
}
