// An artifact that came from several sources has arrived, and is another: the parts that other nodes gave are asked of internal-db once
// more, and those that differ are replaced. So whoever gave wrong bytes is known, and what was right need not come again. Called by
// pull-artifact.ts.
import { open } from 'node:fs/promises';
import { writeWhole } from '#commlink/artifacts/artifact-file.ts';
import { fetchSlice, type SliceParts, type WantedArtifact } from './fetch-slice.ts';

/** Ids of the nodes whose parts were wrong. Throws RpcError, and the file system's errors. */
export async function mendArtifact(
  parts: SliceParts,
  arrived: { wanted: WantedArtifact; file: string; given: ReadonlyMap<number, string> },
  signal: AbortSignal,
): Promise<Set<string>> {
  const { wanted, file, given } = arrived;
  const liars = new Set<string>();
  await using handle = await open(file, 'r+');
  for (const [offsetBytes, source] of given) {
    const right = await fetchSlice(parts, { wanted, offsetBytes, from: null }, signal);
    const there = Buffer.alloc(right.length);
    await handle.read(there, 0, there.length, offsetBytes);
    if (there.equals(right)) continue;
    liars.add(source);
    await writeWhole(handle, right, offsetBytes);
  }
  return liars;
}
