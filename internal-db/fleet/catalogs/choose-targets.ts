// What an appliance's catalog names: a package for each product of its type, and the configuration files that are for it; of both, what
// its account may have. Called by appliance-catalogs.ts. Which version it is, is decided in rollouts/choose-version.ts.
import { createHash } from 'node:crypto';
import type { CatalogSubject, FileCustom, MaintenanceWindow } from '#commlink/fleet/catalog-entries.ts';
import {
  fileTargetPath,
  parseDevicePath,
  parsePackagePath,
  type TargetPath,
} from '#commlink/fleet/fleet-names.ts';
import type { ServiceContext } from '../../service-context.ts';
import type { BeatingAppliance } from '../../store/fleet-beats.ts';
import type { FleetFile } from '../../store/fleet-types.ts';
import { chooseVersion } from '../rollouts/choose-version.ts';
import type { ChoosableProduct, ChoosableReleases, PackagedRelease } from './choosable-releases.ts';
import type { EntitledFiles } from './entitled-files.ts';

/** A package to be named; its content key is sealed when the catalog is made. */
export interface ChosenPackage extends PackagedRelease {
  readonly productId: string;
  readonly product: string;
}

/** A configuration file to be named. */
export interface ChosenFile {
  readonly path: TargetPath;
  readonly sizeBytes: number;
  readonly sha256: string;
  readonly custom: FileCustom;
}

/** All that a catalog says, without what is made anew each time. */
export interface CatalogChoice {
  readonly subject: Omit<CatalogSubject, 'madeAtMs'>;
  readonly packages: readonly ChosenPackage[];
  readonly files: readonly ChosenFile[];
  /** Of all of it: when it is the same, the catalog is. */
  readonly digest: string;
  readonly holdsUntilMs: number;
}

type Context = Pick<ServiceContext, 'store' | 'fleetMetadata'>;

/** What remembers which packages and files an account may have. */
export interface ChoiceTools {
  readonly choosable: ChoosableReleases;
  readonly entitled: EntitledFiles;
}

/** Chooses; null for an account that is suspended: what is installed stays. */
export async function chooseTargets(
  { store: { read }, fleetMetadata }: Context,
  appliance: BeatingAppliance,
  { choosable, entitled, generation }: ChoiceTools & { generation: number },
): Promise<CatalogChoice | null> {
  const { uid, accountId, typeId, siteId, groupName } = appliance;
  const [account, type] = [await read.accounts.byId(accountId), await read.fleetTypes.typeById(typeId)];
  if (!account || !type || account.state !== 'active') return null;
  const site = siteId === null ? undefined : await read.fleetTypes.siteById(siteId);
  const found = await choosable.find({ account, type }, generation);
  const packages = await choosePackages(read, appliance, found.products);
  const forIt = await read.fleetTypes.filesFor({ uid, typeId, groupName, siteId });
  const allowed = await entitled.find(account, forIt, generation);
  const files = allowed.files.map(fileOf);
  const holdsUntilMs = Math.min(found.holdsUntilMs, allowed.holdsUntilMs);
  const subject = {
    uid,
    type: type.name,
    account: account.name,
    site: site?.name ?? null,
    windows: site ? (JSON.parse(site.windows) as MaintenanceWindow[]) : [],
    bandwidth: site?.bandwidthBytesPerSecond ?? null,
  };
  const signers = fleetMetadata.rootVersions();
  const digest = createHash('sha256')
    .update(JSON.stringify([subject, packages, files, appliance.sealingKey, signers]))
    .digest('base64url');
  return { subject, packages, files, digest, holdsUntilMs };
}

async function choosePackages(
  read: ServiceContext['store']['read'],
  appliance: BeatingAppliance,
  products: readonly ChoosableProduct[],
): Promise<ChosenPackage[]> {
  const { uid, groupName, slot, restoringSinceMs } = appliance;
  const tags = await read.appliances.tagsOf(uid);
  const known = new Map((await read.beats.productsOf(uid)).map((each) => [each.productId, each]));
  const chosen: ChosenPackage[] = [];
  for (const { product, releases } of products) {
    const confirmed = known.get(product.id)?.confirmedVersion ?? null;
    const isRestoring = restoringSinceMs !== null;
    // What can't be had any more is not waited for: such an appliance is brought to what a new one would get.
    const canRestore = isRestoring && releases.some(({ version }) => version === confirmed);
    const choice = canRestore
      ? confirmed
      : chooseVersion({
          appliance: { uid, group: groupName, tags, slot, installed: isRestoring ? null : confirmed },
          releases,
          rollouts: await read.rollouts.rulesOf(product.id),
          pins: await read.rollouts.pinsOf(product.id),
        }).version;
    const release = releases.find(({ version }) => version === choice);
    if (release) chosen.push({ ...release, productId: product.id, product: product.name });
  }
  return chosen;
}

function fileOf({
  name,
  artifact,
  placedIn,
  path,
  mode,
  ownerName,
  ownerGroup,
  reload,
}: FleetFile): ChosenFile {
  const place = placedIn === null ? parseDevicePath(path) : parsePackagePath(path);
  const custom = {
    kind: 'file' as const,
    product: placedIn,
    path: place,
    mode,
    owner: ownerName,
    group: ownerGroup,
    reload,
  };
  return { path: fileTargetPath(name), sizeBytes: artifact.sizeBytes, sha256: artifact.sha256, custom };
}
