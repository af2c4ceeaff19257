// How long the console's requests may take to arrive: seconds for each, and hours for the upload of a file by a member of staff
// who is known by then. Called by start-console.ts, and by the upload routes once they know who sends.
import type { IncomingMessage } from 'node:http';

const timers = new WeakMap<IncomingMessage, NodeJS.Timeout>();

/** Calls `onLate` when the request has not arrived as a whole in time, also when it was answered before. */
export function limitRequestTime(request: IncomingMessage, msMax: number, onLate: () => void): void {
  const timer = setTimeout(() => {
    if (!request.complete) onLate();
  }, msMax);
  timer.unref();
  timers.set(request, timer);
  request.once('close', () => clearTimeout(timer));
}

/** From now on only the entrance's bound of an upload holds. */
export function allowLongRequest(request: IncomingMessage): void {
  clearTimeout(timers.get(request));
}
