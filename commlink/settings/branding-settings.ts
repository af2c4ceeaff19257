// How the vendor shows itself on the pages of portal and console. Part of the settings of web-front and internal-db, so that
// it changes without a restart. That the colours can be read is checked on the operator's side (branding-problems.ts).
import { Type, strictObject, type Static } from '../schema.ts';

/** The largest logo. */
export const logoBytesMax = 65_536;

const Colour = Type.String({ pattern: '^#[0-9a-fA-F]{6}$' });

/** The colour of links, buttons and marks, for light and for dark pages. */
export const AccentColours = strictObject({ light: Colour, dark: Colour });
export type AccentColours = Static<typeof AccentColours>;

const LogoSettings = strictObject({
  mediaType: Type.Union([Type.Literal('image/svg+xml'), Type.Literal('image/png')]),
  base64: Type.String({
    pattern: '^[A-Za-z0-9+/]+={0,2}$',
    maxLength: Math.ceil(logoBytesMax / 3) * 4,
  }),
});

/** What pages have when nothing is configured. */
export const defaultBranding = {
  vendorName: 'Consign',
  logo: null,
  accent: { light: '#0b5c5e', dark: '#6fd0c6' },
  supportAddress: null,
} as const;

/** The vendor's name, logo, colours, and where its customers ask for help. */
export const BrandingSettings = strictObject(
  {
    vendorName: Type.String({ minLength: 1, maxLength: 40, default: defaultBranding.vendorName }),
    logo: Type.Union([LogoSettings, Type.Null()], { default: null }),
    accent: { ...AccentColours, default: defaultBranding.accent },
    supportAddress: Type.Union(
      [
        Type.String({ pattern: '^(?:mailto:[^\\s@]+@[^\\s@]+|https://[^\\s]+)$', maxLength: 256 }),
        Type.Null(),
      ],
      { default: null },
    ),
  },
  { default: defaultBranding },
);
export type BrandingSettings = Static<typeof BrandingSettings>;
