// Configuration files of appliances: bytes of a file of an ordinary release, with where they are put, for a type, group, site or one
// appliance. Called for the command line. What is put here stands in catalogs from then on, so that nothing is taken which an
// appliance would refuse its whole catalog for.
import { DocumentError } from '#commlink/document-error.ts';
import { fileTargetPath, parseDevicePath, parsePackagePath } from '#commlink/fleet/fleet-names.ts';
import type { ParamsOf } from '#commlink/method-table.ts';
import type { ConfigurationFile, PutFile, fleetSetupMethods } from '#commlink/methods/fleet-setup-methods.ts';
import { RpcError } from '#commlink/rpc-error.ts';
import { findAccount, findProduct, findRelease } from '../../admin/find-by-name.ts';
import { appendAudit } from '../../audit/append-audit.ts';
import { newRecordId } from '../../record-id.ts';
import type { ServiceContext } from '../../service-context.ts';
import type { ArtifactRecord, ProductRecord } from '../../store/catalog.ts';
import type { FleetFile } from '../../store/fleet-types.ts';
import type { StoreReads } from '../../store/store.ts';
import { catalogRefusals, fleetRefusals } from '../../texts/service-texts.ts';
import { findType } from './appliance-types.ts';
import { requireNobodyElseEntitled } from './private-files.ts';

type Table = typeof fleetSetupMethods;
type Tools = Pick<ServiceContext, 'store' | 'clock'>;
type Place = Pick<ConfigurationFile, 'scope' | 'subject'>;

/** Puts one. RpcError `not_found`: what is named is not there; `refused`: a name or path that can't be, or a product of others too. */
export async function putFile(
  { store, clock }: Tools,
  { actor, ...file }: ParamsOf<Table, 'fleetFile.put'>,
): Promise<PutFile> {
  const { name, scope, subject, placedIn, path, mode, owner, group, reload } = file;
  checkNames(file);
  const atMs = clock.nowMs();
  return await store.transaction(async (transaction) => {
    const { product, artifact } = await findArtifact(transaction, file);
    const place = { scope, scopeName: await keyOf(transaction, file) };
    await requireNobodyElseEntitled(transaction, file, { product, place });
    await transaction.fleetTypes.putFile({
      id: newRecordId('ffl'),
      name,
      ...place,
      artifactId: artifact.id,
      productId: placedIn === null ? null : (await findProduct(transaction, placedIn)).id,
      path,
      mode,
      ownerName: owner,
      ownerGroup: group,
      reload,
      putBy: actor,
      putAtMs: atMs,
    });
    const detail = { ...file, sha256: artifact.sha256 };
    const about = `${scope} ${subject} ${name}`;
    await appendAudit(transaction, { atMs, actor, action: 'fleet.file', subject: about, detail });
    return { ...file, sizeBytes: artifact.sizeBytes, sha256: artifact.sha256, putBy: actor, putAtMs: atMs };
  });
}

/** All of them, by name. */
export async function listFiles({ store: { read } }: Tools): Promise<{ files: PutFile[] }> {
  const files: PutFile[] = [];
  for (const file of await read.fleetTypes.files()) files.push(await viewFile(read, file));
  return { files };
}

/** Removes one; what is installed stays where it is. RpcError `not_found`. */
export async function removeFile(
  { store, clock }: Tools,
  { actor, name, ...place }: ParamsOf<Table, 'fleetFile.remove'>,
): Promise<Record<string, never>> {
  const { scope, subject } = place;
  const atMs = clock.nowMs();
  await store.transaction(async (transaction) => {
    const scopeName = await keyOf(transaction, place);
    if (!(await transaction.fleetTypes.removeFile({ scope, scopeName, name })))
      throw new RpcError('not_found', `There is no file ${name} for the ${scope} ${subject}.`);
    const about = `${scope} ${subject} ${name}`;
    await appendAudit(transaction, { atMs, actor, action: 'fleet.fileRemove', subject: about, detail: {} });
  });
  return {};
}

function checkNames({ name, placedIn, path }: ConfigurationFile): void {
  try {
    fileTargetPath(name);
    if (placedIn === null) parseDevicePath(path);
    else parsePackagePath(path);
  } catch (error) {
    if (!(error instanceof DocumentError)) throw error;
    const kind = placedIn === null ? 'an absolute path' : 'a path inside the product’s directory';
    throw new RpcError('refused', `"${name}" at "${path}" can't be: give a file's name, and ${kind}.`);
  }
}

async function findArtifact(
  read: StoreReads,
  { product: productName, version, file }: ConfigurationFile,
): Promise<{ product: ProductRecord; artifact: ArtifactRecord }> {
  const product = await findProduct(read, productName);
  const release = await findRelease(read, product, version);
  const artifact = await read.catalog.artifact(release.id, file);
  if (artifact) return { product, artifact };
  throw new RpcError('not_found', catalogRefusals.noFile(productName, version, file));
}

/** What the store knows it by: an id, but for groups, which are names alone. */
async function keyOf(read: StoreReads, { scope, subject }: Place): Promise<string> {
  if (scope === 'group') return subject;
  if (scope === 'type') return (await findType(read, subject)).id;
  if (scope === 'appliance') {
    if (await read.appliances.byUid(subject)) return subject;
    throw new RpcError('not_found', fleetRefusals.noAppliance(subject));
  }
  const [accountName = '', name = ''] = subject.split('/', 2);
  const site = await read.fleetTypes.siteByName((await findAccount(read, accountName)).id, name);
  if (site) return site.id;
  throw new RpcError('not_found', `The account ${accountName} has no site ${name}.`);
}

async function viewFile(read: StoreReads, file: FleetFile): Promise<PutFile> {
  const { name, scope, artifact, product, version, placedIn, path, mode, reload, putBy, putAtMs } = file;
  return {
    name,
    scope,
    subject: await subjectOf(read, file),
    product,
    version,
    file: artifact.name,
    placedIn,
    path,
    mode,
    owner: file.ownerName,
    group: file.ownerGroup,
    reload: reload && [...reload],
    sizeBytes: artifact.sizeBytes,
    sha256: artifact.sha256,
    putBy,
    putAtMs,
  };
}

async function subjectOf(read: StoreReads, { scope, scopeName }: FleetFile): Promise<string> {
  if (scope === 'type') return (await read.fleetTypes.typeById(scopeName))?.name ?? scopeName;
  if (scope !== 'site') return scopeName;
  const site = await read.fleetTypes.siteById(scopeName);
  const account = site && (await read.accounts.byId(site.accountId));
  return site && account ? `${account.name}/${site.name}` : scopeName;
}
