// How the HTTP APIs say when something is: RFC 3339 in UTC, where messages between rooms have milliseconds. Called by their
// schemas and views.
import { Type } from '../schema.ts';

/** A moment, RFC 3339 in UTC. */
export const Time = Type.String({ format: 'date-time', pattern: '^[-0-9]+T[:.0-9]+Z$' });

/** A moment as the API says it. */
export const time = (atMs: number): string => new Date(atMs).toISOString();
/** The same for one that may not have come yet. */
export const timeOrNull = (atMs: number | null): string | null => (atMs === null ? null : time(atMs));
