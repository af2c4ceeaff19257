// The console's routes of products and releases: look, create, publish, withdraw, write notes. What they do is done by the
// same services as the command line's. After a change the browser is sent back to the page (303).
import { adminMethods } from '#commlink/methods/admin-methods.ts';
import { RpcError } from '#commlink/rpc-error.ts';
import { cutPage, decodeCursor } from '#commlink/methods/paging.ts';
import { compileSchema } from '#commlink/schema.ts';
import { createProduct, setReleaseState } from '../../admin/catalog-administration.ts';
import { findProduct, findRelease } from '../../admin/find-by-name.ts';
import { describeHoldings } from '../../artifacts/describe-holdings.ts';
import { setProductPlacement } from '../../artifacts/product-placement.ts';
import { setReleaseNotes } from '../../catalog/release-notes.ts';
import { compareVersionsNewestFirst } from '../../decision/version-range.ts';
import { consoleRowsMax } from '../../limits.ts';
import type { ServiceContext } from '../../service-context.ts';
import { readVersionStatistics } from '../../statistics/version-statistics.ts';
import { proposalPageFor } from '../approvals/approval-gate.ts';
import type { ForStaff } from '../console-gate.ts';
import type { ConsoleApp, ConsoleReply, ConsoleRequest } from '../console-app.ts';
import { FormFields, parseForm, parseReason } from '../console-forms.ts';
import { readSignedForm, requirePermission } from '../console-gate.ts';
import type { StaffCaller } from '../staff-session.ts';
import { customersPerPage } from './limits.ts';
import { parsePlacementForm } from './placement-section.ts';
import { releasePath, renderProductPage, renderProductsPage, type ProductView } from './product-pages.ts';
import { registerUploadRoutes } from './upload-routes.ts';
import { productsTexts, releaseTexts } from '../texts/console-texts.ts';
import { renderReleasePage, type CustomerList, type ReleaseView } from './release-page.ts';

const createCheck = compileSchema('product', adminMethods['product.create'].params);
const notesCheck = compileSchema('notes', adminMethods['release.setNotes'].params);
/** What the page says after the browser was sent back. */
const doneTexts: Readonly<Record<string, string>> = releaseTexts.done;

/** Registers them. */
export function registerProductRoutes(app: ConsoleApp, context: ServiceContext, forStaff: ForStaff): void {
  const { read } = context.store;
  app.get(
    '/products',
    forStaff(async (caller) => renderProductsPage(caller, await read.statistics.productSummaries())),
  );
  app.post(
    '/products',
    forStaff((caller, request, reply) => create(context, { caller, request, reply })),
  );
  app.get(
    '/products/:product',
    forStaff(async (caller, request) => {
      const view = await readProduct(context, new FormFields(request.params).text('product'));
      const isPlaced = new FormFields(request.query).text('done') === 'placement';
      const notice = { kind: 'done', text: productsTexts.done.placement } as const;
      return renderProductPage(caller, view, isPlaced ? notice : null);
    }),
  );
  app.post(
    '/products/:product/placement',
    forStaff((caller, request, reply) => place(context, { caller, request, reply })),
  );
  app.get(
    '/products/:product/releases/:version',
    forStaff(async (caller, request) => {
      const done = new FormFields(request.query).text('done');
      const text = Object.hasOwn(doneTexts, done) ? doneTexts[done] : undefined;
      const notice = text === undefined ? null : ({ kind: 'done', text } as const);
      return renderReleasePage(caller, await readRelease(context, request), notice);
    }),
  );
  registerChanges(app, context, forStaff);
  registerUploadRoutes(app, context, forStaff);
}

interface Exchange {
  readonly caller: StaffCaller;
  readonly request: ConsoleRequest;
  readonly reply: ConsoleReply;
}

interface Change {
  readonly caller: StaffCaller;
  readonly actor: string;
  readonly product: string;
  readonly version: string;
  readonly fields: FormFields;
}

function registerChanges(app: ConsoleApp, context: ServiceContext, forStaff: ForStaff): void {
  const onPost = (path: string, apply: (change: Change) => Promise<string>): void => {
    app.post(
      `/products/:product/releases/:version/${path}`,
      forStaff(async (caller, request, reply) => {
        const fields = readSignedForm(caller, request);
        requirePermission(caller, 'catalog.write');
        const named = new FormFields(request.params);
        const [product, version] = [named.text('product'), named.text('version')];
        try {
          const actor = `staff:${caller.staff.name}`;
          return await reply.redirect(await apply({ caller, actor, product, version, fields }), 303);
        } catch (error) {
          if (!(error instanceof RpcError)) throw error;
          const view = await readRelease(context, request);
          reply.code(422);
          return renderReleasePage(caller, view, { kind: 'refused', text: error.message });
        }
      }),
    );
  };
  const doneAt = ({ product, version }: Change, done: string) =>
    `${releasePath(product, version)}?done=${done}`;
  onPost('publish', async (change) => {
    const { actor, product, version, fields } = change;
    const reason = parseReason(fields);
    await setReleaseState(context, { actor, product, version, state: 'published', reason });
    return doneAt(change, 'published');
  });
  onPost('withdraw', async (change) => {
    const { caller, actor, product, version, fields } = change;
    const reason = parseReason(fields);
    const dangerous = { kind: 'release.withdraw', params: { product, version }, reason } as const;
    const proposalPage = await proposalPageFor(context, caller, dangerous);
    if (proposalPage !== null) return proposalPage;
    await setReleaseState(context, { actor, product, version, state: 'withdrawn', reason });
    return doneAt(change, 'withdrawn');
  });
  onPost('notes', async (change) => {
    const { actor, product, version, fields } = change;
    const notes = fields.secret('notes').replaceAll('\r\n', '\n');
    await setReleaseNotes(context, parseForm(notesCheck, { actor, product, version, notes }));
    return doneAt(change, 'notes');
  });
}

async function create(
  context: ServiceContext,
  { caller, request, reply }: Exchange,
): Promise<string | ConsoleReply> {
  const fields = readSignedForm(caller, request);
  requirePermission(caller, 'catalog.write');
  try {
    const product = parseForm(createCheck, {
      actor: `staff:${caller.staff.name}`,
      name: fields.text('name'),
      title: fields.text('title'),
      description: fields.text('description'),
    });
    await createProduct(context, product);
    return await reply.redirect(`/products/${product.name}`, 303);
  } catch (error) {
    if (!(error instanceof RpcError)) throw error;
    const products = await context.store.read.statistics.productSummaries();
    reply.code(422);
    return renderProductsPage(caller, products, { kind: 'refused', text: error.message });
  }
}

async function place(
  context: ServiceContext,
  { caller, request, reply }: Exchange,
): Promise<string | ConsoleReply> {
  const fields = readSignedForm(caller, request);
  requirePermission(caller, 'catalog.write');
  const { name: product } = await findProduct(
    context.store.read,
    new FormFields(request.params).text('product'),
  );
  try {
    const actor = `staff:${caller.staff.name}`;
    await setProductPlacement(context, parsePlacementForm(fields, { actor, product }));
    return await reply.redirect(`/products/${product}?done=placement`, 303);
  } catch (error) {
    if (!(error instanceof RpcError)) throw error;
    const view = await readProduct(context, product);
    reply.code(422);
    return renderProductPage(caller, view, { kind: 'refused', text: error.message });
  }
}

async function readProduct(context: ServiceContext, name: string): Promise<ProductView> {
  const { read } = context.store;
  const product = await findProduct(read, name);
  const releases = (await read.catalog.releasesOf(product.id))
    .toSorted((left, right) => compareVersionsNewestFirst(left.version, right.version))
    .slice(0, consoleRowsMax);
  const holderCounts = await Promise.all(releases.map(({ id }) => read.statistics.holderCount(id)));
  return {
    product,
    placement: await read.catalog.placementOf(product.id),
    placementOfAll: context.settings().placement,
    releases: releases.map((release, index) => ({ ...release, holderCount: holderCounts[index] ?? 0 })),
    versions: await readVersionStatistics(context, product),
  };
}

async function readRelease(context: ServiceContext, request: ConsoleRequest): Promise<ReleaseView> {
  const { read } = context.store;
  const named = new FormFields(request.params);
  const asked = new FormFields(request.query);
  const product = await findProduct(read, named.text('product'));
  const release = await findRelease(read, product, named.text('version'));
  const list: CustomerList = asked.text('list') === 'stopped' ? 'stopped' : 'holders';
  const after = asked.optional('after');
  const page = { after: decodeCursor(after, ['string'])?.[0] ?? null, limit: customersPerPage + 1 };
  const found =
    list === 'stopped'
      ? await read.statistics.accountsAt(release.id, page)
      : await read.statistics.holdersOf(release.id, page);
  const { rows: customers, next } = cutPage<ReleaseView['customers'][number]>(
    found,
    customersPerPage,
    ({ accountId }) => [accountId],
  );
  return {
    product,
    release,
    files: await read.catalog.artifactsOf(release.id),
    holdings: await describeHoldings(context, release.id),
    notes: await read.catalog.notesOf(release.id),
    holderCount: await read.statistics.holderCount(release.id),
    liveDeliveryCount: (await read.deliveries.liveOfRelease(release.id)).length,
    list,
    customers,
    next,
    isFirstPage: after === null,
  };
}
