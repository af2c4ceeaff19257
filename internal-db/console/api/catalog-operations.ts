// Operations about products, releases, notes and licence agreements.
import type { ParamsOf } from '#commlink/method-table.ts';
import { adminMethods } from '#commlink/methods/admin-methods.ts';
import { LicenceAgreement, LicenceVersion } from '#commlink/methods/catalog-admin-methods.ts';
import { Slug, Version } from '#commlink/methods/fields.ts';
import { cutPage, decodeCursor, pageParams, pageResult } from '#commlink/methods/paging.ts';
import { RpcError } from '#commlink/rpc-error.ts';
import { Type, strictObject } from '#commlink/schema.ts';
import { setReleaseState } from '../../admin/catalog-administration.ts';
import { findProduct, findRelease } from '../../admin/find-by-name.ts';
import { compareVersionsNewestFirst } from '../../decision/version-range.ts';
import { consoleRowsMax } from '../../limits.ts';
import { readVersionStatistics } from '../../statistics/version-statistics.ts';
import type { NewestVersion, ReleaseHolder } from '../../store/statistics.ts';
import {
  Nullable,
  ProductDetail,
  ProductSummary,
  ReleaseCustomer,
  ReleaseDetail,
} from './operation-schemas.ts';
import { ofCommand, operation, type Operation } from './operation.ts';

const tag = 'catalog';

const listProducts = operation({
  id: 'listProducts',
  route: 'GET /products',
  summary: 'Products by name, with how their releases stand',
  tag,
  action: 'read',
  params: strictObject({}),
  result: strictObject({ products: Type.Array(ProductSummary) }),
  run: async ({ context }) => ({ products: await context.store.read.statistics.productSummaries() }),
});

const getProduct = operation({
  id: 'getProduct',
  route: 'GET /products/:product',
  summary: `A product with its newest ${consoleRowsMax} releases, and how many customers are up to date`,
  tag,
  action: 'read',
  params: strictObject({ product: Slug }),
  result: ProductDetail,
  run: async ({ context }, { product: named }) => {
    const { read } = context.store;
    const product = await findProduct(read, named);
    const all = await read.catalog.releasesOf(product.id);
    const newest = all
      .toSorted((left, right) => compareVersionsNewestFirst(left.version, right.version))
      .slice(0, consoleRowsMax);
    const releases = await Promise.all(
      newest.map(async ({ id, version, channel, state, createdAtMs, publishedAtMs }) => {
        const holderCount = await read.statistics.holderCount(id);
        return { version, channel, state, createdAtMs, publishedAtMs, holderCount };
      }),
    );
    const { upToDateCount, behindCount } = await readVersionStatistics(context, product);
    const { name, title, description } = product;
    const platforms = await read.catalog.platformOrderOf(product.id);
    const placement = await read.catalog.placementOf(product.id);
    return { name, title, description, platforms, placement, releases, upToDateCount, behindCount };
  },
});

const getRelease = operation({
  id: 'getRelease',
  route: 'GET /products/:product/releases/:version',
  summary: 'A release with its files and notes, who has it, and what is ready of it now',
  tag,
  action: 'read',
  params: strictObject({ product: Slug, version: Version }),
  result: ReleaseDetail,
  run: async ({ context }, named) => {
    const { read } = context.store;
    const product = await findProduct(read, named.product);
    const { id, version, channel, state, createdAtMs, publishedAtMs } = await findRelease(
      read,
      product,
      named.version,
    );
    const artifacts = await read.catalog.artifactsOf(id);
    return {
      product: product.name,
      version,
      channel,
      state,
      createdAtMs,
      publishedAtMs,
      notes: await read.catalog.notesOf(id),
      files: artifacts.map(({ name, sizeBytes, sha256, platform, mediaType }) => ({
        name,
        sizeBytes,
        sha256,
        platform,
        mediaType,
      })),
      holderCount: await read.statistics.holderCount(id),
      liveDeliveryCount: (await read.deliveries.liveOfRelease(id)).length,
    };
  },
});

const listCustomers = operation({
  id: 'listReleaseCustomers',
  route: 'GET /products/:product/releases/:version/customers',
  summary: 'Who has downloaded a file of a release, or (`list=stopped`) who has nothing newer',
  tag,
  action: 'read',
  params: strictObject({
    product: Slug,
    version: Version,
    list: Nullable(Type.Union([Type.Literal('holders'), Type.Literal('stopped')])),
    ...pageParams,
  }),
  result: strictObject({ customers: Type.Array(ReleaseCustomer), ...pageResult }),
  run: async ({ context }, { product, version, list, after, limit }) => {
    const { read } = context.store;
    const { id } = await findRelease(read, await findProduct(read, product), version);
    const page = { after: decodeCursor(after, ['string'])?.[0] ?? null, limit: limit + 1 };
    const { statistics } = read;
    const found: readonly (ReleaseHolder | NewestVersion)[] =
      list === 'stopped' ? await statistics.accountsAt(id, page) : await statistics.holdersOf(id, page);
    const { rows, next } = cutPage(found, limit, ({ accountId }) => [accountId]);
    return { customers: rows.map(viewCustomer), next };
  },
});

function viewCustomer(customer: ReleaseHolder | NewestVersion) {
  const { account, displayName } = customer;
  if (!('lastAtMs' in customer))
    return { account, displayName, firstAtMs: null, lastAtMs: null, downloadCount: null };
  const { firstAtMs, lastAtMs, downloadCount } = customer;
  return { account, displayName, firstAtMs, lastAtMs, downloadCount };
}

const getLicence = operation({
  id: 'getLicence',
  route: 'GET /licences/:name/:version',
  summary: 'A version of an agreement with its text, Markdown',
  tag,
  action: 'read',
  params: strictObject({ name: Slug, version: LicenceVersion }),
  result: strictObject({ ...LicenceAgreement.properties, text: Type.String() }),
  run: async ({ context }, { name, version }) => {
    const { licences } = context.store.read;
    const found = (await licences.versionsOf(name)).find((one) => one.version === version);
    if (!found) throw new RpcError('not_found', `There is no version ${version} of ${name}.`);
    const { id, ...agreement } = found;
    return { ...agreement, text: (await licences.textOf(id)) ?? '' };
  },
});

const changes = { tag, action: 'catalog.write' } as const;

const { state: _state, ...releaseNamed } = adminMethods['release.setState'].params.properties;

const changeReleaseState = operation({
  ...changes,
  id: 'setReleaseState',
  route: 'POST /products/:product/releases/:version/state',
  summary: 'Publish or withdraw a release; withdrawing ends its deliveries',
  params: strictObject({
    ...releaseNamed,
    state: Type.Union([Type.Literal('published'), Type.Literal('withdrawn')]),
  }),
  result: adminMethods['release.setState'].result,
  dangerous: ({ product, version, state, reason }: ParamsOf<typeof adminMethods, 'release.setState'>) =>
    state === 'published' ? null : { kind: 'release.withdraw', params: { product, version }, reason },
  run: ({ context }, change) => setReleaseState(context, change),
});

/** The rows. */
export const catalogOperations: readonly Operation[] = [
  listProducts,
  ofCommand('product.create', {
    ...changes,
    id: 'createProduct',
    route: 'POST /products',
    summary: 'Make a product',
    status: 201,
    fails: [409],
  }),
  getProduct,
  ofCommand('product.setPlatformOrder', {
    ...changes,
    id: 'setPlatformOrder',
    route: 'PUT /products/:product/platforms',
    summary: 'The order in which its files are listed by platform',
  }),
  ofCommand('product.setPlacement', {
    ...changes,
    id: 'setPlacement',
    route: 'PUT /products/:product/placement',
    summary: 'Which download servers keep its files: `all`, `nodes:…`, `tags:…`, `popular:5/30`, `on-demand`',
  }),
  ofCommand('release.publish', {
    ...changes,
    id: 'addRelease',
    route: 'POST /products/:product/releases',
    summary:
      'Add a release, or files to one, whose bytes are in a storeroom already: as a draft, or published at once',
    status: 201,
    fails: [409, 422],
  }),
  getRelease,
  changeReleaseState,
  ofCommand('release.setNotes', {
    ...changes,
    id: 'setReleaseNotes',
    route: 'PUT /products/:product/releases/:version/notes',
    summary: 'Its notes, Markdown, in the place of those that there are',
  }),
  listCustomers,
  ofCommand('licence.list', {
    id: 'listLicences',
    route: 'GET /licences',
    summary: 'Licence agreements by name, each version',
    tag,
    action: 'read',
  }),
  getLicence,
  ofCommand('licence.add', {
    ...changes,
    id: 'addLicence',
    route: 'POST /licences',
    summary: 'Add a version of an agreement, in force from now on or from a later moment',
    status: 201,
    fails: [409, 422],
  }),
];
