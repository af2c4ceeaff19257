// Repr-Digest and Content-Digest (RFC 9530), of what is recorded of a file: nothing is read for them. Caller:
// handle-download.ts. Pure. The only digest that is known is the SHA-256 of the whole file.
import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http';

/**
 * The digest fields of an answer. Repr-Digest is about the whole file, whichever part is sent, and is left out only for
 * who wants no SHA-256. Content-Digest is about the bytes of this very answer, so it is given, to who wants it, when
 * they are the whole file; the digest of a part would have to be computed before its first byte is sent.
 */
export function digestFields(
  wanted: IncomingHttpHeaders,
  { sha256, isWholeContent }: { sha256: string; isWholeContent: boolean },
): OutgoingHttpHeaders {
  const value = `sha-256=:${Buffer.from(sha256, 'hex').toString('base64')}:`;
  const reprPreference = sha256Preference(wanted['want-repr-digest']);
  const contentPreference = sha256Preference(wanted['want-content-digest']);
  return {
    ...(reprPreference === 'unwanted' ? {} : { 'repr-digest': value }),
    ...(contentPreference === 'wanted' && isWholeContent ? { 'content-digest': value } : {}),
  };
}

/** One member of the dictionary (RFC 8941 section 3.2): an algorithm, and how much it is wanted; 0 is not at all. */
const member = /^([a-z*][a-z0-9_.*-]*)=(\d{1,15})(?:;.*)?$/;

function sha256Preference(header: string | string[] | undefined): 'wanted' | 'unwanted' | 'unsaid' {
  if (header === undefined) return 'unsaid';
  let preference: 'wanted' | 'unwanted' | 'unsaid' = 'unsaid';
  for (const text of String(header).split(',')) {
    const [, algorithm, weight] = member.exec(text.trim()) ?? [];
    // A dictionary that is not well formed is ignored whole.
    if (algorithm === undefined || Number(weight) > 10) return 'unsaid';
    if (algorithm === 'sha-256') preference = Number(weight) > 0 ? 'wanted' : 'unwanted';
  }
  return preference;
}
