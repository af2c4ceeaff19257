// What a node of a whole Consign has installed, with its own keys: settings, certificate, host keys and key bags.
// Callers: the end-to-end tests that look for these where they must not be. The programs may be running.
import { openNodeSections, type NodeSections } from '#commlink/configuration/blocks/open-node-sections.ts';
import { readStopped } from '#commlink/configuration/read-stopped.ts';
import { readNodeKeys } from '#commlink/node-key-file.ts';
import { firstPlaces } from '#deploy/default-settings.ts';
import { bootstrapOf } from '#deploy/program-folder.ts';
import { layOutState, type ProgramName } from '#deploy/state-directory.ts';

/** Opens the sections of the node that the program `role` of this state is. */
export async function openInstalledNode<R extends ProgramName>(
  state: string,
  role: R,
): Promise<NodeSections<R>> {
  const layout = layOutState(state);
  const place = firstPlaces.get(role);
  if (!place) throw new TypeError(`There is no place for ${role}.`);
  const keys = await readNodeKeys(layout.keyFile(role));
  const { installed } = await readStopped(bootstrapOf(layout, role, place));
  return openNodeSections({ ...installed, keys, role });
}
