// /second-factors: the authenticator app, recovery codes and passkeys of a browser session's owner. What makes an account
// easier or harder to enter asks for the password again.
import { bodyStatuses } from '#commlink/api/problem-responses.ts';
import type { PortalApp } from '../http/portal-app.ts';
import { requireCredential } from '../http/session.ts';
import type { PortalServices } from '../portal-services.ts';
import { requireDone } from './change-refusal.ts';
import {
  CreatedPasskeyView,
  PasskeyBegunView,
  PasskeyBody,
  ProofBody,
  RecoveryCodesView,
  SecondFactorsView,
  TotpBegunView,
  TotpConfirmBody,
} from './people-schemas.ts';
import { viewPasskey, viewSecondFactors } from './people-views.ts';
import { responses } from './responses.ts';
import { IdParams } from './schemas.ts';

const tags = ['second-factors'];
const security = [{ browserSession: [] }];
const removed = { status: 204, description: 'Removed.', schema: null } as const;

/** Adds the routes. */
export function addSecondFactorApi(api: PortalApp, services: PortalServices): void {
  const { internalDb, publicUrl } = services;
  const readSchema = {
    operationId: 'getSecondFactors',
    summary: 'What you are asked for beside your password',
    tags,
    response: responses({ status: 200, description: 'The factors.', schema: SecondFactorsView }),
  };
  api.get('/second-factors', { schema: readSchema }, async (request) => {
    const session = requireCredential(request, { mutates: false, publicUrl });
    const { factors } = await internalDb.callForSession('secondFactor.describe', { session });
    return viewSecondFactors(factors);
  });
  addTotpRoutes(api, services);
  addPasskeyRoutes(api, services);
}

function addTotpRoutes(api: PortalApp, { internalDb, publicUrl }: PortalServices): void {
  const begun = { status: 200, description: 'The key for the app.', schema: TotpBegunView } as const;
  const beginSchema = {
    operationId: 'beginTotp',
    summary: 'Get a key for an authenticator app; it counts once a code of it was confirmed',
    tags,
    security,
    body: ProofBody,
    response: responses(begun, [...bodyStatuses, 422]),
  };
  api.post('/second-factors/totp', { schema: beginSchema }, async (request) => {
    const session = requireCredential(request, { mutates: true, publicUrl });
    const outcome = await internalDb.callForSession('totp.begin', { session, ...request.body });
    const { challenge, uri, secret } = requireDone(outcome);
    return { challenge, uri, secret };
  });

  const codes = { status: 200, description: 'The recovery codes.', schema: RecoveryCodesView } as const;
  const confirmSchema = {
    operationId: 'confirmTotp',
    summary: 'Show a code of the app: from now on one is asked for',
    tags,
    security,
    body: TotpConfirmBody,
    response: responses(codes, [...bodyStatuses, 422]),
  };
  api.post('/second-factors/totp/confirm', { schema: confirmSchema }, async (request) => {
    const session = requireCredential(request, { mutates: true, publicUrl });
    const outcome = await internalDb.callForSession('totp.confirm', { session, ...request.body });
    return { recoveryCodes: requireDone(outcome).recoveryCodes };
  });

  const removeSchema = {
    operationId: 'removeTotp',
    summary: 'Turn the authenticator app off',
    tags,
    security,
    body: ProofBody,
    response: responses(removed, [...bodyStatuses, 422]),
  };
  api.post('/second-factors/totp/remove', { schema: removeSchema }, async (request, reply) => {
    const session = requireCredential(request, { mutates: true, publicUrl });
    requireDone(await internalDb.callForSession('totp.remove', { session, ...request.body }));
    return reply.code(204).send();
  });

  const renewSchema = {
    operationId: 'renewRecoveryCodes',
    summary: 'Make new recovery codes; the ones before are void',
    tags,
    security,
    body: ProofBody,
    response: responses(codes, [...bodyStatuses, 422]),
  };
  api.post('/second-factors/recovery-codes', { schema: renewSchema }, async (request) => {
    const session = requireCredential(request, { mutates: true, publicUrl });
    const outcome = await internalDb.callForSession('recoveryCodes.renew', { session, ...request.body });
    return { recoveryCodes: requireDone(outcome).recoveryCodes };
  });
}

function addPasskeyRoutes(api: PortalApp, { internalDb, publicUrl }: PortalServices): void {
  const begun = { status: 200, description: 'Options for WebAuthn.', schema: PasskeyBegunView } as const;
  const beginSchema = {
    operationId: 'beginPasskey',
    summary: 'Get the options with which a browser makes a passkey',
    tags,
    security,
    body: ProofBody,
    response: responses(begun, [...bodyStatuses, 422]),
  };
  api.post('/second-factors/passkeys/begin', { schema: beginSchema }, async (request) => {
    const session = requireCredential(request, { mutates: true, publicUrl });
    const outcome = await internalDb.callForSession('passkey.beginRegistration', {
      session,
      ...request.body,
    });
    const { challenge, options } = requireDone(outcome);
    return { challenge, options };
  });

  const created = { status: 201, description: 'The passkey.', schema: CreatedPasskeyView } as const;
  const createSchema = {
    operationId: 'addPasskey',
    summary: 'Add the passkey that the browser made',
    tags,
    security,
    body: PasskeyBody,
    response: responses(created, [...bodyStatuses, 422]),
  };
  api.post('/second-factors/passkeys', { schema: createSchema }, async (request, reply) => {
    const session = requireCredential(request, { mutates: true, publicUrl });
    const outcome = await internalDb.callForSession('passkey.register', { session, ...request.body });
    const { passkey, recoveryCodes } = requireDone(outcome);
    return reply.code(201).send({ ...viewPasskey(passkey), recoveryCodes });
  });

  const removeSchema = {
    operationId: 'removePasskey',
    summary: 'Remove a passkey',
    tags,
    security,
    params: IdParams,
    body: ProofBody,
    response: responses(removed, [...bodyStatuses, 404, 422]),
  };
  api.post('/second-factors/passkeys/:id/remove', { schema: removeSchema }, async (request, reply) => {
    const session = requireCredential(request, { mutates: true, publicUrl });
    const wish = { session, id: request.params.id, ...request.body };
    requireDone(await internalDb.callForSession('passkey.remove', wish));
    return reply.code(204).send();
  });
}
