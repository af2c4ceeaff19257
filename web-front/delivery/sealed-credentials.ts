// How a delivery's password outlives the redirect after the click, although internal-db keeps only its hash and this
// process keeps nothing: in a cookie of the customer's own browser, sent back to that delivery's page alone and
// encrypted under a key that is derived from the customer's session token (commlink/sealed-text.ts). Any web-front can open
// it, before and after a restart; once the customer has signed out, nobody can.
import { Type, compileSchema, strictObject, type Static } from '#commlink/schema.ts';
import { AtMs } from '#commlink/methods/fields.ts';
import { DeliveryCredentials } from '#commlink/methods/delivery-methods.ts';
import { openText, sealText, type SealedFor } from '#commlink/sealed-text.ts';
import { httpLimits } from '../limits.ts';

const RememberedCredentials = strictObject({
  ...DeliveryCredentials.properties,
  /** When the node said that the file was ready. */
  stagedAtMs: Type.Union([AtMs, Type.Null()]),
});
/** What the browser remembers of one delivery. */
export type RememberedCredentials = Static<typeof RememberedCredentials>;

const rememberedCheck = compileSchema('remembered credentials', RememberedCredentials);
/** Encrypts; null when the result would be too long for a cookie (a path of hundreds of non-Latin letters). */
export function sealCredentials(
  session: string,
  delivery: string,
  credentials: RememberedCredentials,
): string | null {
  const sealed = sealText(JSON.stringify(credentials), sealedFor(session, delivery));
  return sealed.length > httpLimits.cookieValueBytesMax ? null : sealed;
}

/** Decrypts; null for anything that this session did not seal for this delivery. */
export function openCredentials(
  session: string,
  delivery: string,
  sealed: string,
): RememberedCredentials | null {
  const text = openText(sealed, sealedFor(session, delivery));
  if (text === null) return null;
  const credentials: unknown = JSON.parse(text);
  return rememberedCheck.matches(credentials) ? credentials : null;
}

function sealedFor(session: string, delivery: string): SealedFor {
  return { secret: session, purpose: 'delivery-credentials', subject: delivery };
}
