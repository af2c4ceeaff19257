// Makes all files of a release ready at once: each is a delivery of its own, decided, recorded and staged like any other.
// Called by the release's page and the API.
import type { ReadyDelivery } from '../delivery/request-delivery.ts';
import { requestDelivery, type DeliveryMeans } from '../delivery/request-delivery.ts';
import { setLimits } from '../limits.ts';
import { PortalProblem } from '../portal-problem.ts';

/** Which release, for whom, from where. `session` is a session or personal token. */
export interface SetWish {
  readonly session: string;
  readonly product: string;
  readonly version: string;
  readonly address: string;
}

/** Files of a set that are at one node. */
export interface NodeFiles {
  readonly node: string;
  readonly ready: readonly ReadyDelivery[];
}

/**
 * Stages the files, some at a time, in the order of the release. The first problem ends it: PortalProblem, as for one file;
 * `not_found`: no such release for this account. What was made ready until then stays so until it expires.
 */
export async function stageSet(means: DeliveryMeans, wish: SetWish): Promise<ReadyDelivery[]> {
  const { session, product, version } = wish;
  const found = await means.internalDb.callForSession('catalog.release', { session, product, version });
  if (!found.found) throw new PortalProblem('not_found', 'Your account has no such release.');
  const names = found.release.files.map((file) => file.name);
  const ready: ReadyDelivery[] = [];
  for (let index = 0; index < names.length; index += setLimits.stagingsAtATime) {
    const some = names.slice(index, index + setLimits.stagingsAtATime);
    ready.push(...(await Promise.all(some.map((file) => requestDelivery(means, { ...wish, file })))));
  }
  return ready;
}

/** By node: a login sees what is staged for the account at its own node only. */
export function groupByNode(ready: readonly ReadyDelivery[]): NodeFiles[] {
  const groups = Map.groupBy(ready, ({ delivery }) => delivery.node);
  return [...groups].map(([node, own]) => ({ node, ready: own }));
}
