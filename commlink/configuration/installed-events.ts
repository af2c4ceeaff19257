// What an install means for the audit log: the version itself, and who came and went with it. Caller: the shell. Pure.
import type { DecodedManifest } from './blocks/block.ts';
import type { ManifestMember } from './blocks/manifest.ts';
import type { ConfigurationEvent } from './node-configuration.ts';

/** The events of going from one version to another. */
export function installedEvents(before: DecodedManifest, after: DecodedManifest): ConfigurationEvent[] {
  const { manifest, version } = after;
  const events: ConfigurationEvent[] = [
    { type: 'installed', version, code: null, detail: manifest.reason, by: signersOf(before, after) },
  ];
  const earlier = activeById(before);
  const later = activeById(after);
  for (const [id, { name, role }] of later)
    if (!earlier.has(id)) events.push({ type: 'joined', version, code: null, detail: role, by: name });
  for (const [id, { name, role }] of earlier)
    if (!later.has(id)) events.push({ type: 'evicted', version, code: null, detail: role, by: name });
  return events;
}

/** Whose keys made it count, not whose name its author wrote into it. */
function signersOf(before: DecodedManifest, { manifest, signed }: DecodedManifest): string {
  const operators = [...manifest.operators.keys, ...before.manifest.operators.keys];
  const names = new Map(operators.map(({ id, name }) => [id, name]));
  return signed.signatures.flatMap(({ operator }) => names.get(operator) ?? []).join(', ') || 'unknown';
}

function activeById({ manifest }: DecodedManifest): Map<string, ManifestMember> {
  const active = manifest.members.filter(({ state }) => state === 'active');
  return new Map(active.map((member) => [member.id, member]));
}
