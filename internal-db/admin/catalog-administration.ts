// Products and releases, for the command line and the console: create, list, change a release's state.
// Publishing, which has more to check, is in publish-release.ts.
import { RpcError } from '#commlink/rpc-error.ts';
import type { ParamsOf, ResultOf } from '#commlink/method-table.ts';
import type { adminMethods } from '#commlink/methods/admin-methods.ts';
import { appendAudit } from '../audit/append-audit.ts';
import { compareVersionsNewestFirst } from '../decision/version-range.ts';
import { endDeliveries } from '../deliveries/end-deliveries.ts';
import { newRecordId } from '../record-id.ts';
import type { ServiceContext } from '../service-context.ts';
import type { ProductRecord, ReleaseRecord } from '../store/catalog.ts';
import type { StoreReads, Transaction } from '../store/store.ts';
import { catalogRefusals } from '../texts/service-texts.ts';
import { explainTaken } from './account-administration.ts';
import type { Author } from './change-entitlements.ts';
import { findProduct, findRelease } from './find-by-name.ts';

type Table = typeof adminMethods;
type ListedProduct = ResultOf<Table, 'product.list'>['products'][number];

/** Creates a product. RpcError `conflict`: the name is taken. */
export async function createProduct(
  context: ServiceContext,
  wanted: ParamsOf<Table, 'product.create'>,
): Promise<ResultOf<Table, 'product.create'>> {
  const { actor, name, title, description } = wanted;
  const createdAtMs = context.clock.nowMs();
  const product = { id: newRecordId('prd'), name, title, description };
  await explainTaken(catalogRefusals.productTaken(name), () =>
    context.store.transaction(async (transaction) => {
      await transaction.catalog.insertProduct({ ...product, createdAtMs });
      const detail = { product: product.id, title };
      await appendAudit(transaction, {
        atMs: createdAtMs,
        actor,
        action: 'product.create',
        subject: name,
        detail,
      });
    }),
  );
  return product;
}

/** All products by name, each with its releases, newest first. */
export async function listProducts(context: ServiceContext): Promise<{ products: ListedProduct[] }> {
  const { read } = context.store;
  const products: ListedProduct[] = [];
  for (const product of await read.catalog.products()) products.push(await listProduct(read, product));
  return { products };
}

/** Changes a release's state. Anything but published ends its deliveries. RpcError `not_found`; `refused`: its files are gone. */
export async function setReleaseState(
  context: ServiceContext,
  change: ParamsOf<Table, 'release.setState'>,
): Promise<ResultOf<Table, 'release.setState'>> {
  const { actor, ...wanted } = change;
  const author = { actor, atMs: context.clock.nowMs() };
  const orders = await context.store.transaction((transaction) =>
    changeReleaseState(transaction, wanted, author),
  );
  await context.orders.sendNow(orders);
  return { product: change.product, version: change.version, state: change.state };
}

/** The same inside a transaction; returns the orders to send afterwards. RpcErrors as above. */
export async function changeReleaseState(
  transaction: Transaction,
  change: Omit<ParamsOf<Table, 'release.setState'>, 'actor'>,
  { actor, atMs }: Author,
): Promise<readonly string[]> {
  const { version, state, reason } = change;
  const product = await findProduct(transaction, change.product);
  const release = await findRelease(transaction, product, version);
  if (release.state === state) return [];
  await transaction.catalog.setReleaseState(release.id, state, state === 'published' ? atMs : null);
  if (state === 'published') await requireOriginals(transaction, release);
  else await transaction.originals.noteNeeded(release.id, atMs);
  const live = state === 'published' ? [] : await transaction.deliveries.liveOfRelease(release.id);
  const ended = await endDeliveries(transaction, live, { reason: 'revoked', atMs });
  const subject = `${product.name}/${version}`;
  const detail = { from: release.state, to: state, reason, endedDeliveryCount: ended.deliveries.length };
  await appendAudit(transaction, { atMs, actor, action: 'release.setState', subject, detail });
  return ended.orders;
}

/** A withdrawn release may come back for as long as its files are there. RpcError `refused`. */
async function requireOriginals(
  { originalRemovals }: Transaction,
  { id, version }: ReleaseRecord,
): Promise<void> {
  if (!(await originalRemovals.hasRemoved(id))) return;
  throw new RpcError('refused', catalogRefusals.filesRemoved(version));
}

async function listProduct(store: StoreReads, product: ProductRecord): Promise<ListedProduct> {
  const releases = await store.catalog.releasesOf(product.id);
  const artifacts = Map.groupBy(
    await store.catalog.artifactsOfProduct(product.id),
    (artifact) => artifact.releaseId,
  );
  const listed = releases.map(({ id, version, channel, state }) => {
    const files = artifacts.get(id) ?? [];
    const sizeBytes = files.reduce((sum, file) => sum + file.sizeBytes, 0);
    return { version, channel, state, fileCount: files.length, sizeBytes };
  });
  return {
    name: product.name,
    title: product.title,
    releases: listed.toSorted((left, right) => compareVersionsNewestFirst(left.version, right.version)),
  };
}
