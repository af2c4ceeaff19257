// The console's style sheets and scripts: what all rooms' pages share, and its own. Loaded once by start-console.ts. They are
// asked for again by their tag, since the console is near and its pages have no version to name.
import { loadAssets, type AssetStore } from '#commlink/pages/asset-store.ts';
import { RpcError } from '#commlink/rpc-error.ts';
import { frameTexts } from './texts/console-texts.ts';
import type { ConsoleApp, ConsoleReply, ConsoleRequest } from './console-app.ts';

/** Where the pages find them. */
export const consoleAssetBase = '/assets';

/** Reads them. Throws the file system's own errors. */
export async function loadConsoleAssets(): Promise<AssetStore> {
  const places = ['browser/', 'console.css', '../charts/charts.css'];
  return await loadAssets(places.map((place) => new URL(place, import.meta.url)));
}

/** Adds their route, for anybody. */
export function registerConsoleAssets(app: ConsoleApp, { assets }: AssetStore): void {
  app.get(`${consoleAssetBase}/:name`, (request: ConsoleRequest, reply: ConsoleReply) => {
    const { name } = request.params as { readonly name: string };
    const asset = assets.get(name);
    if (!asset) throw new RpcError('not_found', frameTexts.failure.noFile);
    void reply.headers({ etag: asset.etag, 'cache-control': 'private, no-cache' });
    if (request.headers['if-none-match'] === asset.etag) return reply.code(304).send();
    return reply.type(asset.mediaType).send(asset.content);
  });
  // Browsers ask for it by themselves; the pages name their icon.
  app.get('/favicon.ico', (_request, reply) => reply.code(204).send());
}
