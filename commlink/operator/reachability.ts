// Who is cut off from the others. Version messages go over links both ways and are relayed, so nodes must hang together;
// which of them dials does not matter. Callers: validating a configuration, and composing.

/** Two ends, by whatever names them. */
export type Ends = readonly [string, string];

/** Those of `nodes` that the first of them does not reach over links between these nodes alone. */
export function findUnreached(nodes: readonly string[], links: readonly Ends[]): string[] {
  const [start] = nodes;
  const inner = links.filter((ends) => ends.every((end) => nodes.includes(end)));
  const reached = new Set(start === undefined ? [] : [start]);
  // A Set that grows while it is walked is walked to its new end.
  for (const node of reached)
    for (const ends of inner) if (ends.includes(node)) for (const end of ends) reached.add(end);
  return nodes.filter((node) => !reached.has(node));
}
