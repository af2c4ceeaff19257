// GET, POST and DELETE /tokens. internal-db refuses the latter two to a caller that is a token itself, so that a stolen
// token can't outlive its own revocation.
import { bodyStatuses } from '#commlink/api/problem-responses.ts';
import type { PortalApp } from '../http/portal-app.ts';
import { requireCredential } from '../http/session.ts';
import { tokenLifetimeDays } from '../limits.ts';
import { PortalProblem } from '../portal-problem.ts';
import type { PortalServices } from '../portal-services.ts';
import { responses } from './responses.ts';
import { CreatedTokenView, IdParams, TokenBody, TokensView } from './schemas.ts';
import { viewToken } from './api-views.ts';

const tags = ['tokens'];
const dayMs = 86_400_000;
const browserSessionOnly = [{ browserSession: [] }];

/** Adds the routes. */
export function addTokenApi(api: PortalApp, { internalDb, publicUrl }: PortalServices): void {
  const listSchema = {
    operationId: 'listTokens',
    summary: 'Your personal tokens, without their secrets',
    tags,
    response: responses({ status: 200, description: 'The tokens.', schema: TokensView }),
  };
  api.get('/tokens', { schema: listSchema }, async (request) => {
    const session = requireCredential(request, { mutates: false, publicUrl });
    const { tokens } = await internalDb.callForSession('token.list', { session });
    return { tokens: tokens.map(viewToken) };
  });

  const createSchema = {
    operationId: 'createToken',
    summary: 'Make a personal token',
    tags,
    security: browserSessionOnly,
    body: TokenBody,
    response: responses(
      { status: 201, description: 'The token. Its secret is given here alone.', schema: CreatedTokenView },
      bodyStatuses,
    ),
  };
  api.post('/tokens', { schema: createSchema }, async (request, reply) => {
    const session = requireCredential(request, { mutates: true, publicUrl });
    const { name, scopes, lifetimeDays = tokenLifetimeDays.preset } = request.body;
    const lifetimeMs = lifetimeDays * dayMs;
    const wish = { session, name, lifetimeMs, ...(scopes === undefined ? {} : { scopes }) };
    const { token, secret } = await internalDb.callForSession('token.create', wish);
    return reply.code(201).send({ ...viewToken(token), secret });
  });

  const deleteSchema = {
    operationId: 'revokeToken',
    summary: 'Revoke a personal token',
    tags,
    security: browserSessionOnly,
    params: IdParams,
    response: responses({ status: 204, description: 'Revoked.', schema: null }, [400, 403, 404]),
  };
  api.delete('/tokens/:id', { schema: deleteSchema }, async (request, reply) => {
    const session = requireCredential(request, { mutates: true, publicUrl });
    const { revoked } = await internalDb.callForSession('token.revoke', { session, id: request.params.id });
    if (!revoked) throw new PortalProblem('not_found', 'You have no such token that is still valid.');
    return reply.code(204).send();
  });
}
