// For what a node has only once its sockets are open. Callers: the shell of this folder.

/** The part, which must be there by now: nothing asks for it before. */
export function whenOpen<T>(part: T | undefined): T {
  if (part === undefined) throw new Error('The node has no sockets yet.');
  return part;
}
