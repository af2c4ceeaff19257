// The vendor's colours and logo on the console: at fixed addresses, made from the settings of the moment. Registered by
// start-console.ts. Without a logo of the vendor there is our own icon.
import type { Asset, AssetStore } from '#commlink/pages/asset-store.ts';
import { brandingNames, logoContentPolicy, makeBrandingAssets } from '#commlink/pages/branding-assets.ts';
import { RpcError } from '#commlink/rpc-error.ts';
import type { ServiceContext } from '../service-context.ts';
import { frameTexts } from './texts/console-texts.ts';
import type { ConsoleApp, ConsoleReply, ConsoleRequest } from './console-app.ts';

/** Where the pages find them. */
export const consoleBranding = {
  sheet: `/branding/${brandingNames.colours}`,
  logo: `/branding/${brandingNames.logo}`,
} as const;

const noColours: Asset = { mediaType: 'text/css; charset=utf-8', content: Buffer.alloc(0), etag: '"none"' };

/** Adds their routes, for anybody. */
export function registerConsoleBranding(
  app: ConsoleApp,
  { settings }: Pick<ServiceContext, 'settings'>,
  { assets }: AssetStore,
): void {
  const answer = (asset: Asset | undefined, request: ConsoleRequest, reply: ConsoleReply) => {
    if (!asset) throw new RpcError('not_found', frameTexts.failure.noFile);
    void reply.headers({ etag: asset.etag, 'cache-control': 'private, no-cache' });
    if (request.headers['if-none-match'] === asset.etag) return reply.code(304).send();
    return reply.type(asset.mediaType).send(asset.content);
  };
  app.get(consoleBranding.sheet, (request: ConsoleRequest, reply: ConsoleReply) =>
    answer(makeBrandingAssets(settings().branding).colours ?? noColours, request, reply),
  );
  app.get(consoleBranding.logo, (request: ConsoleRequest, reply: ConsoleReply) => {
    const { logo } = makeBrandingAssets(settings().branding);
    void reply.header('content-security-policy', logoContentPolicy);
    return answer(logo ?? assets.get('icon.svg'), request, reply);
  });
}
