// Tells an appliance where it can fetch its targets: at the node of its site first, then at those of its account's region, then at
// others; each with a URL and logins that are its own and short-lived. Called for `fleet.sources`. Trusts that the appliance was
// proven; whether its account may have the file is decided here as for any delivery.
import {
  fileNameOf,
  packageMediaType,
  packagePlaceOf,
  type TargetPath,
} from '#commlink/fleet/fleet-names.ts';
import type { SourcesReply, TargetSources } from '#commlink/fleet/sources.ts';
import { findHolders } from '../../artifacts/find-holders.ts';
import { decideFromStore } from '../../decision/gather-facts.ts';
import type { ServiceContext } from '../../service-context.ts';
import type { AccountRecord } from '../../store/accounts.ts';
import type { BeatingAppliance } from '../../store/fleet-beats.ts';
import type { AccountPlace } from '../../store/places.ts';
import { targetsAtATime } from './limits.ts';
import { listSources } from './list-sources.ts';
import { rankNodes } from './rank-nodes.ts';

/** Who asks, from where, for what. */
export interface SourcesQuestion {
  readonly appliance: BeatingAppliance;
  readonly address: string;
  readonly targets: readonly TargetPath[];
}

/** What is the same for all targets of a question. */
interface Asker {
  readonly uid: string;
  readonly address: string;
  readonly account: AccountRecord;
  readonly place: AccountPlace;
  readonly edgeNode: string | null;
  /** The configuration files of this appliance, by their names. */
  readonly files: ReadonlyMap<string, FilePlace>;
}

interface FilePlace {
  readonly product: string;
  readonly version: string;
  readonly file: string;
}

/** The answer. Of what the appliance may not have, or what is on its way to a node, the list is empty. */
export async function answerSources(
  context: ServiceContext,
  { appliance, address, targets }: SourcesQuestion,
): Promise<SourcesReply> {
  const asker = appliance.state === 'active' ? await describeAsker(context, appliance, address) : null;
  const answered: TargetSources[] = [];
  for (let index = 0; index < targets.length; index += targetsAtATime) {
    const some = targets.slice(index, index + targetsAtATime);
    answered.push(
      ...(await Promise.all(
        some.map(async (path) => ({ path, sources: asker ? await findSources(context, asker, path) : [] })),
      )),
    );
  }
  return { nowMs: context.clock.wallMs(), targets: answered };
}

async function describeAsker(
  { store: { read } }: ServiceContext,
  { uid, accountId, typeId, groupName, siteId }: BeatingAppliance,
  address: string,
): Promise<Asker | null> {
  const account = await read.accounts.byId(accountId);
  if (!account) return null;
  const site = siteId === null ? undefined : await read.fleetTypes.siteById(siteId);
  const files = await read.fleetTypes.filesFor({ uid, typeId, groupName, siteId });
  return {
    uid,
    address,
    account,
    place: await read.places.ofAccount(accountId),
    edgeNode: site?.edgeNode ?? null,
    files: new Map(
      files.map(({ name, product, version, artifact }) => [name, { product, version, file: artifact.name }]),
    ),
  };
}

async function findSources(
  context: ServiceContext,
  asker: Asker,
  path: TargetPath,
): Promise<TargetSources['sources']> {
  const { store, settings, directory, clock, fleetSources } = context;
  const { account, place, address, edgeNode, uid } = asker;
  const name = fileNameOf(path);
  const wanted = name === null ? packagePlaceOf(path) : asker.files.get(name);
  if (!wanted) return [];
  const question = { ...wanted, account, atMs: clock.nowMs() };
  const { decision, found } = await decideFromStore(store.read, question);
  const { artifact } = found;
  const plain = artifact?.mediaType === packageMediaType && isSigned(context, path, artifact.sha256);
  if (!decision.allowed || !artifact || (name === null && !plain)) return [];
  const holders = await findHolders(context, context.documents.ftpNodes(), wanted);
  const { nodePlaces } = settings();
  const nodes = rankNodes(holders, { nodePlaces, directory }, { place, address, edgeNode });
  const wish = { ...wanted, accountId: account.id, account: account.name, artifactId: artifact.id };
  const deliveries = await fleetSources.deliveries.at(context, wish, nodes);
  return deliveries.flatMap((delivery) => {
    const entrances = directory.find(delivery.nodeId)?.description;
    if (!entrances) return [];
    const ticket = { uid, delivery, mediaType: artifact.mediaType, plain };
    return listSources(entrances, { ...ticket, credentials: fleetSources.signer.sign(ticket) });
  });
}

/** Nothing but what people have signed as a package is one, and nothing else goes out in clear. */
function isSigned({ fleetMetadata }: ServiceContext, path: TargetPath, sha256: string): boolean {
  return fleetMetadata.packageTarget(path)?.sha256 === sha256;
}
