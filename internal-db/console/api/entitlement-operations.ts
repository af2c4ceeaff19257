// Operations about entitlements: list, grant, extend, revoke, each with a look ahead; many at once; and why, or why not.
import { adminMethods } from '#commlink/methods/admin-methods.ts';
import { Entitlement } from '#commlink/methods/administration-fields.ts';
import { AtMs, Id, Line, Slug } from '#commlink/methods/fields.ts';
import { cutPage, decodeCursor, pageParams, pageResult } from '#commlink/methods/paging.ts';
import { RpcError } from '#commlink/rpc-error.ts';
import { Type, strictObject } from '#commlink/schema.ts';
import type { EntitlementChange } from '../../admin/change-entitlements.ts';
import { viewEntitlement } from '../../admin/entitlement-administration.ts';
import { findAccount } from '../../admin/find-by-name.ts';
import { previewChange } from '../../admin/preview-change.ts';
import { applyBulk } from '../../bulk/apply-bulk.ts';
import { viewDelivery } from '../../deliveries/delivery-view.ts';
import { bulkFormBytesMax } from '../../limits.ts';
import { bulkReason, singleRevocation } from '../../second-person/dangerous-change.ts';
import type { ServiceContext } from '../../service-context.ts';
import { explainOperation } from './explain-operation.ts';
import { EntitlementDetail, Nullable, Preview } from './operation-schemas.ts';
import { ofCommand, operation, type Operation } from './operation.ts';

const tag = 'entitlements';
const Count = Type.Integer({ minimum: 0 });
const { actor: _actor, reason: _reason, ...grantTerms } = adminMethods['entitlement.grant'].params.properties;

const list = operation({
  id: 'listEntitlements',
  route: 'GET /accounts/:account/entitlements',
  summary: 'A customer’s entitlements, the latest grant first: all, or those in force',
  tag,
  action: 'read',
  params: strictObject({ account: Slug, inForce: Nullable(Type.Boolean()), ...pageParams }),
  result: strictObject({ entitlements: Type.Array(Entitlement), ...pageResult }),
  run: async ({ context }, { account: name, inForce, after, limit }) => {
    const { read } = context.store;
    const { id: accountId } = await findAccount(read, name);
    const key = decodeCursor(after, ['number', 'string']);
    const found = await read.entitlements.page({
      accountId,
      productId: null,
      inForceAtMs: inForce === true ? context.clock.nowMs() : null,
      after: key && { atMs: key[0], id: key[1] },
      limit: limit + 1,
    });
    const { rows, next } = cutPage(found, limit, ({ grantedAtMs, id }) => [grantedAtMs, id]);
    return { entitlements: rows.map(viewEntitlement), next };
  },
});

const get = operation({
  id: 'getEntitlement',
  route: 'GET /entitlements/:entitlement',
  summary: 'An entitlement with its extensions',
  tag,
  action: 'read',
  params: strictObject({ entitlement: Id }),
  result: EntitlementDetail,
  run: async ({ context }, { entitlement: id }) => {
    const { entitlements } = context.store.read;
    const found = await entitlements.byId(id);
    if (!found) throw new RpcError('not_found', `There is no entitlement ${id}.`);
    const extensions = await entitlements.extensionsOf(found.accountId, found.productId);
    const own = extensions.filter(({ entitlementId }) => entitlementId === id);
    return {
      ...viewEntitlement(found),
      extensions: own.map(({ entitlementId: _id, ...extension }) => extension),
    };
  },
});

const previewGrant = operation({
  id: 'previewGrant',
  route: 'POST /accounts/:account/entitlements/preview',
  summary: 'What a grant would change; nothing is changed',
  tag,
  action: 'entitlement.grant',
  asks: true,
  fails: [422],
  params: strictObject(grantTerms),
  result: Preview,
  run: ({ context }, { account, product, ...terms }) =>
    preview(context, { kind: 'grant', account, product, terms, reason: 'preview' }),
});

const previewExtension = operation({
  id: 'previewExtension',
  route: 'POST /entitlements/:entitlement/extension/preview',
  summary: 'What a later end would change; nothing is changed',
  tag,
  action: 'entitlement.grant',
  asks: true,
  explicit: ['notAfterMs'],
  fails: [409, 422],
  params: strictObject({ entitlement: Id, notAfterMs: Nullable(AtMs) }),
  result: Preview,
  run: ({ context }, change) => preview(context, { kind: 'extend', ...change, reason: 'preview' }),
});

const previewRevocation = operation({
  id: 'previewRevocation',
  route: 'GET /entitlements/:entitlement/revocation/preview',
  summary: 'What a revocation would take and end; nothing is changed',
  tag,
  action: 'entitlement.revoke',
  fails: [409],
  params: strictObject({ entitlement: Id }),
  result: Preview,
  run: ({ context }, { entitlement }) => preview(context, { kind: 'revoke', entitlement, reason: 'preview' }),
});

const bulk = operation({
  id: 'changeManyEntitlements',
  route: 'POST /entitlements/bulk',
  summary:
    'Many changes as a table (CSV), all or none: with a problem in any line, or for a dry run, nothing is changed and `applied` is false',
  tag,
  action: 'entitlement.revoke',
  params: strictObject({
    actor: Line,
    table: Type.String({ minLength: 1, maxLength: bulkFormBytesMax }),
    dryRun: Type.Boolean(),
  }),
  result: strictObject({
    applied: Type.Boolean(),
    problems: Type.Array(strictObject({ line: Nullable(Type.Integer()), sentence: Type.String() })),
    grantCount: Count,
    extensionCount: Count,
    revocationCount: Count,
    accounts: Type.Array(Slug),
    endedDeliveryCount: Count,
    missingAgreements: Type.Array(Slug),
  }),
  dangerous: ({ table: text, dryRun }: { table: string; dryRun: boolean }) =>
    dryRun ? null : { kind: 'entitlement.bulk', params: { text }, reason: bulkReason },
  run: async ({ context }, { actor, table: text, dryRun }) => {
    const outcome = await applyBulk(context, { actor, text, dryRun });
    const { problems, accounts, missingAgreements } = outcome;
    const applied = !dryRun && problems.length === 0;
    return {
      ...outcome,
      applied,
      problems: [...problems],
      accounts: [...accounts],
      missingAgreements: [...missingAgreements],
    };
  },
});

async function preview(context: ServiceContext, change: EntitlementChange) {
  const { entitlement, gained, lost, endedDeliveries, ...rest } = await previewChange(context, change);
  const viewRelease = ({ version, channel, files }: (typeof gained)[number]) => ({
    version,
    channel,
    files: [...files],
  });
  return {
    account: rest.account,
    product: rest.product,
    entitlement: entitlement && viewEntitlement(entitlement),
    gained: gained.map(viewRelease),
    lost: lost.map(viewRelease),
    keptCount: rest.keptCount,
    endedDeliveries: endedDeliveries.map(viewDelivery),
    runningCount: rest.runningCount,
    missingAgreement: rest.missingAgreement,
  };
}

/** The rows. */
export const entitlementOperations: readonly Operation[] = [
  list,
  ofCommand('entitlement.grant', {
    id: 'grantEntitlement',
    route: 'POST /accounts/:account/entitlements',
    summary: 'Grant',
    tag,
    action: 'entitlement.grant',
    status: 201,
    fails: [422],
  }),
  previewGrant,
  get,
  ofCommand('entitlement.extend', {
    id: 'extendEntitlement',
    route: 'POST /entitlements/:entitlement/extension',
    summary: 'Give it a later end; null for none',
    tag,
    action: 'entitlement.grant',
    explicit: ['notAfterMs'],
    fails: [409, 422],
  }),
  previewExtension,
  ofCommand('entitlement.revoke', {
    id: 'revokeEntitlement',
    route: 'POST /entitlements/:entitlement/revocation',
    summary: 'Revoke: what it alone allowed ends within a second, on every node that answers',
    tag,
    action: 'entitlement.revoke',
    fails: [409],
    dangerous: ({ entitlement, reason }: { entitlement: string; reason: string }) =>
      singleRevocation(entitlement, reason),
  }),
  previewRevocation,
  bulk,
  explainOperation,
];
