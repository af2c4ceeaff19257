// Renews the certificates of this machine's nodes while they run: a version of the configuration with new identities,
// which the nodes take without a restart. Called by upkeep.ts.
import type { NodeIdentity, NodeEntry } from '#commlink/settings/cluster-configuration.ts';
import { composeIdentity } from '#commlink/operator/compose-identity.ts';
import type { OperatorKeys } from '#commlink/operator/operator-keys.ts';
import { publishChange } from '#commlink/operator/publish.ts';
import type { OperatorClient } from '#commlink/operator/read-installed.ts';
import { readNodeConfiguration } from './installed-settings.ts';
import { needsRenewal, renewIdentity } from './node-identity.ts';
import type { NodePlace } from './program-folder.ts';
import type { ProgramName, StateLayout } from './state-directory.ts';

/** Whose certificates to look at, and who signs for new ones; without an operator it is only said that they are due. */
export interface RenewalOptions {
  readonly layout: StateLayout;
  readonly places: ReadonlyMap<ProgramName, NodePlace>;
  readonly operator: OperatorKeys | null;
  readonly signal: AbortSignal;
}

/** Renews what is due; returns what to tell the operator, null for nothing. Throws what publishChange throws. */
export async function renewCertificates(
  client: OperatorClient,
  options: RenewalOptions,
): Promise<string | null> {
  const { layout, operator, signal } = options;
  const due = await findDue(options);
  if (due.size === 0) return null;
  const names = [...due.keys()].join(', ');
  if (operator === null)
    return `Certificates are near their end: ${names}. The operator's key is needed for new ones: see consign node --help.`;
  const identities = new Map<string, NodeIdentity>();
  for (const [name, { entry, identity }] of due)
    identities.set(name, await renewIdentity(layout, entry, identity));
  const reason = `Certificates renewed: ${names}`;
  await publishChange(client, (edition) => composeIdentity(edition, { identities }), {
    operator,
    reason,
    signal,
  });
  return `Certificates were renewed: ${names}.`;
}

/** The nodes of this machine, by name, whose certificates are to be renewed. */
async function findDue({
  layout,
  places,
}: RenewalOptions): Promise<Map<string, { entry: NodeEntry; identity: NodeIdentity }>> {
  const due = new Map<string, { entry: NodeEntry; identity: NodeIdentity }>();
  for (const [role, place] of places) {
    const { settings, identity } = await readNodeConfiguration(layout, role, place);
    const entry = { role, settings } as NodeEntry;
    if (await needsRenewal(layout, entry, identity)) due.set(place.name, { entry, identity });
  }
  return due;
}
