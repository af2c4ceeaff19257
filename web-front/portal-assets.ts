// The portal's own scripts and style sheet, beside what all rooms' pages share. Called by main.ts at start.
import { loadAssets, type AssetStore } from '#commlink/pages/asset-store.ts';

/** Reads them. Throws the file system's own errors. */
export async function loadPortalAssets(): Promise<AssetStore> {
  return await loadAssets([new URL('browser/', import.meta.url), new URL('assets/', import.meta.url)]);
}
