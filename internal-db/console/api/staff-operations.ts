// Operations about webhooks, staff, and the caller itself. Nobody changes their own access, so that the last operator can't be
// lost by a slip. Tokens are made on the console or by a command, never by a token: a stolen one makes itself no successor.
import type { ParamsOf } from '#commlink/method-table.ts';
import type { adminMethods } from '#commlink/methods/admin-methods.ts';
import { StaffRole } from '#commlink/methods/administration-fields.ts';
import { AtMs, Id, Line, Slug } from '#commlink/methods/fields.ts';
import { staffTokenMethods, StaffTokenScope } from '#commlink/methods/staff-token-methods.ts';
import { RpcError } from '#commlink/rpc-error.ts';
import { Type, strictObject } from '#commlink/schema.ts';
import { newStaffReason } from '../../second-person/dangerous-change.ts';
import { listStaffTokens } from '../../staff-tokens/staff-tokens.ts';
import type { ApiCaller } from './api-caller.ts';
import { Nullable } from './operation-schemas.ts';
import { ofCommand, operation, type Operation, type OperationAddress } from './operation.ts';

const me = operation({
  id: 'getMe',
  route: 'GET /me',
  summary: 'Whose credential this is, and until when it is valid; null for a session',
  tag: 'own',
  action: 'read',
  params: strictObject({}),
  result: strictObject({
    staff: strictObject({ name: Slug, displayName: Line, role: StaffRole }),
    credential: strictObject({
      kind: Type.Union([Type.Literal('session'), Type.Literal('token')]),
      token: Nullable(Id),
      scope: StaffTokenScope,
      expiresAtMs: Nullable(AtMs),
    }),
  }),
  run: async (_services, _params, { staff, kind, tokenId, scope, expiresAtMs }) => ({
    staff: { name: staff.name, displayName: staff.displayName, role: staff.role },
    credential: { kind, token: tokenId, scope, expiresAtMs },
  }),
});

const ownTokens = operation({
  id: 'listOwnTokens',
  route: 'GET /tokens',
  summary: 'Your tokens, without their secrets',
  tag: 'own',
  action: 'read',
  params: strictObject({}),
  result: staffTokenMethods['staffToken.list'].result,
  run: async ({ context }, _params, { staff }) => await listStaffTokens(context, { staff: staff.name }),
});

interface StaffChange {
  readonly name: string;
  readonly reason: string;
}

/** A change of somebody's access, which nobody makes, or proposes, to themselves. */
function ofOthers(row: Operation): Operation {
  const requireOther = ({ name }: StaffChange, { staff }: ApiCaller): void => {
    if (name === staff.name) throw new RpcError('refused', 'Ask somebody else to change your own access.');
  };
  return {
    ...row,
    dangerous: (params: never, caller) => {
      requireOther(params, caller);
      return row.dangerous?.(params, caller) ?? null;
    },
    run: async (services, params: never, caller) => {
      requireOther(params, caller);
      return await row.run(services, params, caller);
    },
  };
}

const webhooks = { tag: 'webhooks', action: 'webhook.write' } as const;
const staff = { tag: 'staff', action: 'staff.write' } as const;
const change = (id: string, path: string, summary: string): OperationAddress => ({
  ...staff,
  id,
  route: `POST /staff/:name/${path}`,
  summary,
  fails: [422],
});

/** The rows. */
export const staffOperations: readonly Operation[] = [
  me,
  ownTokens,
  ofCommand('webhook.list', {
    ...webhooks,
    id: 'listWebhooks',
    route: 'GET /webhooks',
    summary: 'Other systems that are told, and how their messages stand',
  }),
  ofCommand('webhook.add', {
    ...webhooks,
    id: 'addWebhook',
    route: 'POST /webhooks',
    summary: 'Tell another system; its secret is given here alone',
    status: 201,
    fails: [422],
  }),
  ofCommand('webhook.remove', {
    ...webhooks,
    id: 'removeWebhook',
    route: 'DELETE /webhooks/:webhook',
    summary: 'Tell it nothing any more',
  }),
  ofCommand('webhook.test', {
    ...webhooks,
    id: 'testWebhook',
    route: 'POST /webhooks/:webhook/test',
    summary: 'Send it a message that says nothing happened',
  }),
  ofCommand('webhook.failures', {
    ...webhooks,
    id: 'listWebhookFailures',
    route: 'GET /webhooks/:webhook/failures',
    summary: 'Messages that were tried and not taken, the newest first',
  }),
  ofCommand('webhook.replay', {
    ...webhooks,
    id: 'replayWebhook',
    route: 'POST /webhooks/:webhook/replay',
    summary: 'Send again what happened since then, with the same message ids',
  }),
  ofCommand('staff.list', {
    ...staff,
    id: 'listStaff',
    route: 'GET /staff',
    summary: 'Everybody who may sign in to the console, and who could',
  }),
  ofCommand('staff.create', {
    ...staff,
    id: 'createStaff',
    route: 'POST /staff',
    summary: 'Let somebody sign in; without a password one is made up, and told here alone',
    status: 201,
    fails: [409],
    dangerous: ({ name, displayName, role }: ParamsOf<typeof adminMethods, 'staff.create'>) => ({
      kind: 'staff.change',
      params: { change: 'create', name, displayName, role },
      reason: newStaffReason,
    }),
  }),
  ofOthers(
    ofCommand('staff.setRole', {
      ...change('setStaffRole', 'role', 'Give somebody another role'),
      dangerous: ({ name, role, reason }: StaffChange & { role: StaffRole }) => ({
        kind: 'staff.change',
        params: { change: 'role', name, role },
        reason,
      }),
    }),
  ),
  ofOthers(
    ofCommand('staff.setEnded', {
      ...change(
        'setStaffEnded',
        'access',
        'End somebody’s access, with sessions and tokens, or let them in again',
      ),
      dangerous: ({ name, ended, reason }: StaffChange & { ended: boolean }) =>
        ended
          ? { kind: 'staff.end', params: { name }, reason }
          : { kind: 'staff.change', params: { change: 'readmit', name }, reason },
    }),
  ),
  ofOthers(
    ofCommand('staff.resetSecondFactor', {
      ...change(
        'resetStaffSecondFactor',
        'second-factor/reset',
        'Take somebody’s second factors, and end their sessions',
      ),
      dangerous: ({ name, reason }: StaffChange) => ({
        kind: 'staff.change',
        params: { change: 'resetSecondFactor', name },
        reason,
      }),
    }),
  ),
];
