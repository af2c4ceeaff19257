// The id of what somebody outside asked for: made at the edge (a request at the portal, a connection at a node), carried along
// by whatever is done for it, over calls too, and put in every log line on the way. Callers: the edges begin one; log.ts and
// rpc/ read it. It is for people who read logs: nothing is decided by it.
import { AsyncLocalStorage } from 'node:async_hooks';

const requestIdPattern = /^[A-Za-z0-9_-]{1,64}$/;
const storage = new AsyncLocalStorage<string | undefined>();

/** Whether a text that came over a link may be one. */
export function isRequestId(text: unknown): text is string {
  return typeof text === 'string' && requestIdPattern.test(text);
}

/** Runs `work`, and all that it begins, under an id, or under none. */
export function runUnderRequest<T>(id: string | undefined, work: () => T): T {
  return storage.run(id, work);
}

/** The id that the running work is done under. */
export function currentRequestId(): string | undefined {
  return storage.getStore();
}
