// Ids for requests: on pages, in the header X-Request-Id and in log lines. They are no secret. Called by portal-app.ts.
import { randomFillSync } from 'node:crypto';

const characters = 12;
/** A draw of random bytes costs twenty times an id, for one as for many. */
const idsDrawnAtOnce = 256;
/** Crockford's base 32, easy to read out on the telephone. */
const alphabet = '0123456789abcdefghjkmnpqrstvwxyz';

/** Makes the function that gives an id of 60 random bits, another one at each call. */
export function createIncidentIds(): () => string {
  const drawn = Buffer.alloc(characters * idsDrawnAtOnce);
  let used = drawn.length;
  return () => {
    if (used === drawn.length) {
      randomFillSync(drawn);
      used = 0;
    }
    let id = '';
    for (const byte of drawn.subarray(used, used + characters)) id += alphabet[byte & 31];
    used += characters;
    return id;
  };
}
