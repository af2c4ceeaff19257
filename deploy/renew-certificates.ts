// Renews the certificates of this machine's nodes while they run: a version of the configuration with new identities,
// which the nodes take without a restart. Called by upkeep.ts.
import { isSameVersion } from '#commlink/configuration/protocol/cluster-version.ts';
import type { NodeIdentity, NodeEntry } from '#commlink/settings/cluster-configuration.ts';
import { composeIdentity } from '#commlink/operator/compose-identity.ts';
import type { OperatorKeys } from '#commlink/operator/operator-keys.ts';
import { publishChange } from '#commlink/operator/publish.ts';
import type { OperatorClient } from '#commlink/operator/read-installed.ts';
import { readNodeConfiguration } from './installed-settings.ts';
import { judgeCertificate, renewIdentity, type CertificateCare } from './node-identity.ts';
import type { NodePlace } from './program-folder.ts';
import type { ProgramName, StateLayout } from './state-directory.ts';

/** Whose certificates to look at, and who signs for new ones; without an operator it is only said that they are due. */
export interface RenewalOptions {
  readonly layout: StateLayout;
  readonly places: ReadonlyMap<ProgramName, NodePlace>;
  readonly operator: OperatorKeys | null;
  readonly signal: AbortSignal;
}

/** A node with its certificate. */
interface Judged {
  readonly name: string;
  readonly entry: NodeEntry;
  readonly identity: NodeIdentity;
  readonly care: CertificateCare;
}

/** Renews what is due; returns what to tell the operator, null for nothing. Throws what publishChange throws. */
export async function renewCertificates(
  client: OperatorClient,
  options: RenewalOptions,
): Promise<string | null> {
  const { layout, operator, signal } = options;
  const judged = await judgeAll(client, options);
  const due = operator === null ? [] : judged.filter(({ care }) => care === 'renew');
  const said: string[] = [];
  if (operator !== null && due.length > 0) {
    const identities = new Map<string, NodeIdentity>();
    for (const { name, entry, identity } of due)
      identities.set(name, await renewIdentity(layout, entry, identity));
    const reason = `Certificates renewed: ${listOf(due)}`;
    await publishChange(client, (edition) => composeIdentity(edition, { identities }), {
      operator,
      reason,
      signal,
    });
    said.push(`Certificates were renewed: ${listOf(due)}.`);
  }
  const left = judged.filter((node) => node.care !== 'none' && !due.includes(node));
  if (left.length > 0)
    said.push(
      `Certificates are near their end, or not for all their names: ${listOf(left)}. Only you can renew them, with your key: consign node identity NAME`,
    );
  return said.length > 0 ? said.join(' ') : null;
}

function listOf(nodes: readonly Judged[]): string {
  return nodes.map(({ name }) => name).join(', ');
}

/**
 * Looks at the nodes that show the version which the asked node has installed, digest included. What another one keeps in
 * its directory is its own word, and a taken-over web-front could ask for a certificate of any name with it.
 */
async function judgeAll(client: OperatorClient, { layout, places }: RenewalOptions): Promise<Judged[]> {
  const { installed } = await client.call('config.status', {});
  const judged: Judged[] = [];
  for (const [role, place] of places) {
    const { version, settings, identity } = await readNodeConfiguration(layout, role, place);
    if (!isSameVersion(version, installed)) continue;
    const entry = { role, settings } as NodeEntry;
    const care = await judgeCertificate(layout, entry, identity);
    judged.push({ name: place.name, entry, identity, care });
  }
  return judged;
}
