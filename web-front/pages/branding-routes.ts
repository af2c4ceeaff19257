// The vendor's colours and logo, which every page loads. Their address changes with them, so browsers may keep them for ever.
import { Type, strictObject } from '#commlink/schema.ts';
import { brandingNames, logoContentPolicy, type BrandingAssets } from '#commlink/pages/branding-assets.ts';
import type { PortalApp } from '../http/portal-app.ts';
import { PortalProblem } from '../portal-problem.ts';

const forEver = 'public, max-age=31536000, immutable';
const BrandingParams = strictObject({
  version: Type.String({ maxLength: 64 }),
  name: Type.String({ maxLength: 64 }),
});

/** Where the page finds them; null where the vendor has none of its own. */
export function brandingAddresses({ version, colours, logo }: BrandingAssets) {
  const base = `/branding/${version}`;
  return {
    sheet: colours && `${base}/${brandingNames.colours}`,
    logo: logo && `${base}/${brandingNames.logo}`,
  };
}

/** Adds the route. */
export function addBrandingRoutes(app: PortalApp, branding: BrandingAssets): void {
  const byName = new Map([
    [brandingNames.colours as string, branding.colours],
    [brandingNames.logo as string, branding.logo],
  ]);
  app.get(
    '/branding/:version/:name',
    { schema: { params: BrandingParams, hide: true } },
    async (request, reply) => {
      const { version, name } = request.params;
      const asset = byName.get(name);
      if (!asset || version !== branding.version)
        throw new PortalProblem('not_found', 'There is no such file.');
      void reply.headers({ etag: asset.etag, 'cache-control': forEver });
      if (name === brandingNames.logo) void reply.header('content-security-policy', logoContentPolicy);
      return reply.type(asset.mediaType).send(asset.content);
    },
  );
}
