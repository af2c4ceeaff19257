// Notes of releases and the order of a product's platforms, for the command line and the console.
import type { ParamsOf, ResultOf } from '#commlink/method-table.ts';
import type { catalogAdminMethods } from '#commlink/methods/catalog-admin-methods.ts';
import { findProduct, findRelease } from '../admin/find-by-name.ts';
import { appendAudit } from '../audit/append-audit.ts';
import type { ServiceContext } from '../service-context.ts';

type Table = typeof catalogAdminMethods;

/** A release's notes, Markdown. RpcError `not_found`. */
export async function readReleaseNotes(
  { store: { read } }: ServiceContext,
  { product, version }: ParamsOf<Table, 'release.notes'>,
): Promise<ResultOf<Table, 'release.notes'>> {
  const release = await findRelease(read, await findProduct(read, product), version);
  return { notes: await read.catalog.notesOf(release.id) };
}

/** Puts notes in the place of those that there are, whatever the release's state. RpcError `not_found`. */
export async function setReleaseNotes(
  context: ServiceContext,
  wanted: ParamsOf<Table, 'release.setNotes'>,
): Promise<ResultOf<Table, 'release.setNotes'>> {
  const { actor, version, notes } = wanted;
  const atMs = context.clock.nowMs();
  return await context.store.transaction(async (transaction) => {
    const product = await findProduct(transaction, wanted.product);
    const release = await findRelease(transaction, product, version);
    await transaction.catalog.setNotes(release.id, notes);
    const subject = `${product.name}/${version}`;
    const detail = { state: release.state, characterCount: notes.length };
    await appendAudit(transaction, { atMs, actor, action: 'release.setNotes', subject, detail });
    return { product: product.name, version };
  });
}

/** Sets the order in which the platforms of a product's files are listed. RpcError `not_found`. */
export async function setPlatformOrder(
  context: ServiceContext,
  wanted: ParamsOf<Table, 'product.setPlatformOrder'>,
): Promise<ResultOf<Table, 'product.setPlatformOrder'>> {
  const { actor, platforms } = wanted;
  const atMs = context.clock.nowMs();
  return await context.store.transaction(async (transaction) => {
    const { id, name } = await findProduct(transaction, wanted.product);
    await transaction.catalog.setPlatformOrder(id, platforms);
    const detail = { platforms };
    await appendAudit(transaction, {
      atMs,
      actor,
      action: 'product.setPlatformOrder',
      subject: name,
      detail,
    });
    return { product: name, platforms };
  });
}
