// Packages and configuration files for the fake centre, made as the real builder makes them.
import { createHash, randomBytes } from 'node:crypto';
import type { Manifest } from '#commlink/fleet/package/manifest.ts';
import { writePackage } from '#commlink/fleet/package/write-package.ts';
import { parsePackagePath } from '#commlink/fleet/fleet-names.ts';
import type { Offer } from './fake-centre.ts';

/** A file of a package; `isPlaceholder` where a configuration file may take its place. */
export interface OfferedFile {
  readonly text: string;
  readonly mode?: number;
  readonly isPlaceholder?: boolean;
}

/** What a package is to be like; the rest is usual. */
export interface OfferedPackage {
  readonly product?: string;
  readonly version: string;
  readonly files: Readonly<Record<string, OfferedFile>>;
  /** The script of the install program, which is a file of its own then. */
  readonly install?: string;
  readonly check?: string;
  readonly manifest?: Partial<Manifest>;
  readonly limits?: { readonly timeoutMs?: number; readonly memoryMiB?: number };
}

/** Builds a package. */
export async function packageOffer(wanted: OfferedPackage): Promise<Offer> {
  const { product = 'press', version, install, check, limits } = wanted;
  const scripts: Record<string, OfferedFile> = {};
  if (install !== undefined) scripts['install.sh'] = { text: `#!/bin/sh\n${install}\n`, mode: 0o755 };
  if (check !== undefined) scripts['check.sh'] = { text: `#!/bin/sh\n${check}\n`, mode: 0o755 };
  const contents = Object.entries({ ...wanted.files, ...scripts });
  const manifest: Manifest = {
    name: `${product} ${version}`,
    product,
    version,
    requires: [],
    from: null,
    files: contents.map(([path, { text, mode = 0o644, isPlaceholder = false }]) => ({
      path: parsePackagePath(path),
      sizeBytes: Buffer.byteLength(text),
      sha256: createHash('sha256').update(text).digest('hex'),
      mode,
      isPlaceholder,
    })),
    install:
      install === undefined
        ? null
        : {
            run: parsePackagePath('install.sh'),
            args: [],
            timeoutMs: limits?.timeoutMs ?? 20_000,
            memoryMiB: limits?.memoryMiB ?? 128,
            outputBytesMax: 65_536,
          },
    checks: check === undefined ? [] : [{ run: parsePackagePath('check.sh'), args: [], timeoutMs: 20_000 }],
    configures: [],
    ...wanted.manifest,
  };
  const key = randomBytes(32);
  const texts = new Map(contents.map(([path, { text }]) => [path, text]));
  const chunks: Uint8Array[] = [];
  const contentOf = async function* ({ path }: { path: string }) {
    yield Buffer.from(texts.get(path) ?? '');
  };
  for await (const chunk of writePackage(manifest, contentOf, key)) chunks.push(chunk);
  const custom = { kind: 'package', product, version };
  return { path: `${product}/${version}/${product}.cpk`, bytes: Buffer.concat(chunks), custom, key };
}

/** A configuration file. */
export function fileOffer(name: string, text: string, custom: object): Offer {
  const usual = { kind: 'file', product: null, mode: 0o640, owner: null, group: null, reload: null };
  return { path: `files/${name}`, bytes: Buffer.from(text), custom: { ...usual, ...custom } };
}
