// How many requests are left, as draft-ietf-httpapi-ratelimit-headers-10 has it said. Called by the HTTP APIs of portal and
// console with what their rate limiter has written into headers that no standard knows.

/** The limiter's own headers, which these take the place of. */
export const limiterHeaderNames = [
  'x-ratelimit-limit',
  'x-ratelimit-remaining',
  'x-ratelimit-reset',
] as const;

/** The standard's headers for the values of `limiterHeaderNames`; null where there is no limit. */
export function rateLimitHeaders(
  [quota, left, seconds]: readonly number[],
  windowMs: number,
): Readonly<Record<string, string>> | null {
  if (quota === undefined || Number.isNaN(quota)) return null;
  return {
    'ratelimit-policy': `"api";q=${quota};w=${windowMs / 1000}`,
    ratelimit: `"api";r=${left};t=${seconds}`,
  };
}
