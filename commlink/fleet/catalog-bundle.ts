// The catalog as it travels: the metadata of both repositories in one HTTP answer, each the exact text that was signed. Its parts
// prove themselves (tuf/verify-bundle.ts); this file only bounds and splits it. Callers: internal-db makes it, the agent reads it.
import { createHash } from 'node:crypto';
import { DocumentError } from '../document-error.ts';
import { FieldReader, parseJson, readText } from './field-reader.ts';
import {
  bundleBytesMax,
  rootBytesMax,
  rootsInBundleMax,
  snapshotBytesMax,
  targetsBytesMax,
  timestampBytesMax,
} from './limits.ts';

/** The newest metadata of one repository, and the roots that lead to it, oldest first. */
export interface RepositoryBundle {
  /** Those newer than the asker's. */
  readonly roots: readonly string[];
  readonly timestamp: string;
  readonly snapshot: string;
  readonly targets: string;
}

/** Both repositories. */
export interface CatalogBundle {
  readonly director: RepositoryBundle;
  readonly packages: RepositoryBundle;
}

/**
 * What a catalog is known by: the ETag of its HTTP answer, and the `sha256` in beats and their answers. The director's timestamp
 * names all else of the director, and is made anew for whatever an appliance must hear of. That of the packages is made anew each
 * day without a change, and a million appliances would all fetch it at once: they get it with their director's next one.
 */
export function catalogSha256({ director }: { director: Pick<RepositoryBundle, 'timestamp'> }): string {
  return createHash('sha256').update(director.timestamp).digest('hex');
}

/** Reads a bundle. Throws DocumentError `malformed`: too long, or not of this form. */
export function readCatalogBundle(text: string): CatalogBundle {
  if (Buffer.byteLength(text) > bundleBytesMax)
    throw new DocumentError('malformed', 'The catalog is too long.');
  const reader = new FieldReader('catalog', parseJson('catalog', text));
  return {
    director: readRepository(reader.fields('director')),
    packages: readRepository(reader.fields('packages')),
  };
}

function readRepository(reader: FieldReader): RepositoryBundle {
  return {
    roots: reader.list('roots', rootsInBundleMax, (value) => readText('root', value, { max: rootBytesMax })),
    timestamp: reader.text('timestamp', { max: timestampBytesMax }),
    snapshot: reader.text('snapshot', { max: snapshotBytesMax }),
    targets: reader.text('targets', { max: targetsBytesMax }),
  };
}
