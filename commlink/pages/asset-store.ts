// The scripts, style sheets and images of a room's pages, read and prepared once at start: types are stripped from the
// browser modules by Node.js itself, so there is no build step. All are served under a folder that is named for their
// content, so that browsers may keep them for ever. Called by web-front and by the console; trusts the folders it is given.
import { createHash } from 'node:crypto';
import { readFile, readdir } from 'node:fs/promises';
import { stripTypeScriptTypes } from 'node:module';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A file as it is sent. */
export interface Asset {
  readonly mediaType: string;
  readonly content: Buffer;
  /** A strong entity tag, with its quotes. */
  readonly etag: string;
}

/** Every asset by its name, and the version that names the folder. */
export interface AssetStore {
  readonly version: string;
  readonly assets: ReadonlyMap<string, Asset>;
}

const mediaTypes: Readonly<Record<string, string>> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml; charset=utf-8',
};
const ownFolders = ['browser/', 'assets/'].map((folder) => new URL(folder, import.meta.url));

/**
 * Reads what all rooms share, then what one room has: folders, which end in a slash, and single files. Names are without
 * folders, so a room's file takes the place of a shared one of its name. Throws the file system's own errors.
 */
export async function loadAssets(places: readonly URL[]): Promise<AssetStore> {
  const read = await Promise.all([...ownFolders, ...places].map(readPlace));
  const assets = new Map(read.flat());
  const version = digest([...assets].map(([name, { etag }]) => `${name} ${etag}`).join('\n')).slice(0, 16);
  return { version, assets };
}

async function readPlace(place: URL): Promise<[name: string, asset: Asset][]> {
  const path = fileURLToPath(place);
  if (!path.endsWith('/')) return [await readAsset(path)];
  const names = (await readdir(path)).filter((name) => /\.(ts|css|svg)$/.test(name)).sort();
  return await Promise.all(names.map(async (name) => await readAsset(path + name)));
}

async function readAsset(path: string): Promise<[name: string, asset: Asset]> {
  const name = basename(path);
  const text = await readFile(path, 'utf8');
  return name.endsWith('.ts')
    ? namedAsset(name.replace(/\.ts$/, '.js'), toJavaScript(text))
    : namedAsset(name, text);
}

/**
 * Type stripping leaves blanks where types were, so that lines keep their numbers. Imports name the served files, those of
 * the shared modules (`#commlink/pages/browser/…`) too.
 */
function toJavaScript(source: string): string {
  return stripTypeScriptTypes(source).replace(
    /(from ')(?:\.\/|#commlink\/pages\/browser\/)([\w-]+)\.ts'/g,
    "$1./$2.js'",
  );
}

function namedAsset(name: string, text: string): [string, Asset] {
  const mediaType = mediaTypes[name.slice(name.lastIndexOf('.'))] ?? 'application/octet-stream';
  return [name, { mediaType, content: Buffer.from(text), etag: `"${digest(text).slice(0, 32)}"` }];
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
