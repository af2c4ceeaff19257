// How names, versions and digests are written, as patterns of regular expressions: schemas are made of them (methods/fields.ts),
// and so are the readers of the fleet, which do without the schema library.

/** A record's id: three-letter kind, underscore, 128 random bits in base64url (`dlv_…`). */
export const idPattern = '^[a-z]{3}_[A-Za-z0-9_-]{22}$';
/** A name in paths and commands (account, product, node): lower-case letters, digits, dot, dash. */
export const slugPattern = '^[a-z0-9](?:[a-z0-9.-]{0,62}[a-z0-9])?$';
/** What a semantic version is made of. */
export const versionPattern = '^[0-9A-Za-z.+-]+$';
/** The longest version. */
export const versionCharactersMax = 64;
/** A file's name inside its release: one path segment, no control characters, no leading dot. */
export const fileNamePattern = '^[^/\\\\\\u0000-\\u001f\\u007f.][^/\\\\\\u0000-\\u001f\\u007f]*$';
/** The longest name of a file. */
export const fileNameCharactersMax = 200;
/** A name for people: one line, without control characters and without those that turn the direction of writing. */
export const plainLinePattern =
  '^[^\\u0000-\\u001f\\u007f-\\u009f\\u200e\\u200f\\u2028-\\u202e\\u2066-\\u2069\\ufffd]+$';
/** Lower-case hexadecimal SHA-256. */
export const sha256Pattern = '^[0-9a-f]{64}$';
