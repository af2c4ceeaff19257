// What a live page says of itself: where it is, and a digest of what it shows, so that the stream it is followed by can tell
// whether there is something newer. Called by the routes of live pages and by live-routes.ts.
import { createHash } from 'node:crypto';

/** A page that is kept up to date while it is looked at. */
export interface LivePage {
  /** Its own address, with what of the query it depends on. */
  readonly page: string;
  /** The digest of what it was made from. */
  readonly state: string;
}

/** A page's mark: `shown` is what it is made from, read as live-topics.ts reads it. */
export function livePage(page: string, shown: unknown): LivePage {
  return { page, state: stateOf(shown) };
}

/** The digest of something that can be written as JSON. */
export function stateOf(shown: unknown): string {
  return createHash('sha256').update(JSON.stringify(shown)).digest('base64url').slice(0, 22);
}

/** Where the page is followed. */
export function streamAddress({ page, state }: LivePage): string {
  return `/live?${new URLSearchParams({ page, state }).toString()}`;
}
