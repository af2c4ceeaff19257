// The vendor's colours and logo as files that pages load. Called by the rooms' routes for them. The logo comes from the
// operators' settings; it is only ever an image: whoever opens it as a page gets one in which nothing runs.
import { createHash } from 'node:crypto';
import { defaultBranding, type BrandingSettings } from '../settings/branding-settings.ts';
import type { Asset } from './asset-store.ts';
import { textUpon } from './contrast.ts';

/** Where the rooms serve them, below an address of theirs. */
export const brandingNames = { colours: 'colours.css', logo: 'logo' } as const;

/** What keeps an image that is opened as a page from doing anything. */
export const logoContentPolicy = "default-src 'none'; style-src 'unsafe-inline'; sandbox";

/** The files; null where the vendor has none of its own. */
export interface BrandingAssets {
  /** Changes whenever one of them does. */
  readonly version: string;
  readonly colours: Asset | null;
  readonly logo: Asset | null;
}

/** Makes them. */
export function makeBrandingAssets({ accent, logo }: BrandingSettings): BrandingAssets {
  const isOwn = accent.light !== defaultBranding.accent.light || accent.dark !== defaultBranding.accent.dark;
  const assets = {
    colours: isOwn ? asset('text/css; charset=utf-8', Buffer.from(sheetOf(accent))) : null,
    logo: logo === null ? null : asset(logo.mediaType, Buffer.from(logo.base64, 'base64')),
  };
  const version = digest(`${assets.colours?.etag ?? ''} ${assets.logo?.etag ?? ''}`).slice(0, 16);
  return { version, ...assets };
}

/** The schema lets only #rrggbb through, so nothing else can get into the sheet. */
function sheetOf({ light, dark }: BrandingSettings['accent']): string {
  const rules = (colour: string) => `:root { --accent: ${colour}; --on-accent: ${textUpon(colour)}; }`;
  return `${rules(light)}\n@media (prefers-color-scheme: dark) { ${rules(dark)} }\n`;
}

function asset(mediaType: string, content: Buffer): Asset {
  return { mediaType, content, etag: `"${digest(content).slice(0, 32)}"` };
}

function digest(content: string | Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}
