// The scripts, the style sheet and the icon of the pages, read and prepared once at start: types are stripped from the
// browser modules by Node.js itself, so there is no build step. All are served under a folder that is named for their
// content, so that browsers may keep them for ever. Called by web-front.ts.
import { createHash } from 'node:crypto';
import { readFile, readdir } from 'node:fs/promises';
import { stripTypeScriptTypes } from 'node:module';
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

/** Reads the folders `browser` and `assets` beside this file. Throws the file system's own errors. */
export async function loadAssets(): Promise<AssetStore> {
  const scripts = await readFolder('browser', /\.ts$/);
  const others = await readFolder('assets', /\.(css|svg)$/);
  const assets = new Map([
    ...scripts.map(([name, text]) => namedAsset(name.replace(/\.ts$/, '.js'), toJavaScript(text))),
    ...others.map(([name, text]) => namedAsset(name, text)),
  ]);
  const version = digest([...assets].map(([name, { etag }]) => `${name} ${etag}`).join('\n')).slice(0, 16);
  return { version, assets };
}

async function readFolder(folder: string, wanted: RegExp): Promise<[name: string, text: string][]> {
  const directory = fileURLToPath(new URL(`${folder}/`, import.meta.url));
  const names = (await readdir(directory)).filter((name) => wanted.test(name)).sort();
  return await Promise.all(
    names.map(async (name): Promise<[string, string]> => [name, await readFile(directory + name, 'utf8')]),
  );
}

/** Type stripping leaves blanks where types were, so that lines keep their numbers. Imports name the served files. */
function toJavaScript(source: string): string {
  return stripTypeScriptTypes(source).replace(/(from '\.\/[\w-]+)\.ts'/g, "$1.js'");
}

function namedAsset(name: string, text: string): [string, Asset] {
  const mediaType = mediaTypes[name.slice(name.lastIndexOf('.'))] ?? 'application/octet-stream';
  return [name, { mediaType, content: Buffer.from(text), etag: `"${digest(text).slice(0, 32)}"` }];
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
