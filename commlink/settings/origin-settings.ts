// Where internal-db keeps the originals of released files: a folder beside its database, or a bucket of storage that speaks S3.
// Callers: internal-db-settings.ts; internal-db, which alone speaks with the bucket.
import { Type, strictObject, type Static } from '../schema.ts';

const FileName = Type.String({ minLength: 1, maxLength: 4096, pattern: '^/' });

/** A bucket. Its keys are files on internal-db's machine, as those of identity providers are: no secret is in the settings. */
export const S3OriginSettings = strictObject({
  kind: Type.Literal('s3'),
  /** Of the service, without the bucket: `https://s3.eu-central-1.amazonaws.com`. */
  endpoint: Type.String({ pattern: '^https://[^/\\s?#]+/?$', maxLength: 512 }),
  region: Type.String({ pattern: '^[a-z0-9-]+$', maxLength: 64, default: 'us-east-1' }),
  bucket: Type.String({ pattern: '^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$' }),
  /** What the names of our objects begin with; the rest of a name is the file's SHA-256. */
  prefix: Type.String({ pattern: '^[A-Za-z0-9._/-]*$', maxLength: 512, default: 'originals/' }),
  accessKeyId: Type.String({ minLength: 1, maxLength: 256, pattern: '^[!-~]+$' }),
  /** The file (0600) on internal-db's machine that holds the secret key; read again every few minutes. */
  secretAccessKeyFile: FileName,
  /** Whether the bucket stands in the path of addresses rather than in the host's name; most services other than Amazon's want it. */
  forcePathStyle: Type.Boolean({ default: true }),
  /** A file with the authority's certificate, where the machine does not know it. */
  authorityFile: Type.Union([FileName, Type.Null()], { default: null }),
});
export type S3OriginSettings = Static<typeof S3OriginSettings>;

/** Either of them. */
export const OriginSettings = Type.Union([strictObject({ kind: Type.Literal('folder') }), S3OriginSettings], {
  default: { kind: 'folder' },
});
export type OriginSettings = Static<typeof OriginSettings>;
