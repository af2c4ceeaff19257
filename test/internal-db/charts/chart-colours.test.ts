// The charts' colours, read from their style sheet: they stand out from the page in light and dark, and people without red,
// green or blue cones can tell any two of them apart.
import { readFileSync } from 'node:fs';
import t from 'tap';

type Colour = readonly [red: number, green: number, blue: number];

/** A sheet's part for light pages, and the one for dark ones. */
function readSheet(path: string): readonly [light: string, dark: string] {
  const text = readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8');
  const [light = '', dark = ''] = text.split('@media (prefers-color-scheme: dark)');
  return [light, dark];
}

const [lightSheet, darkSheet] = readSheet('internal-db/charts/charts.css');
const [lightDesign, darkDesign] = readSheet('commlink/pages/assets/design.css');
const surfaces = { light: surfacesOf(lightDesign), dark: surfacesOf(darkDesign) };

/** What charts are drawn on. */
function surfacesOf(design: string): string[] {
  return [...design.matchAll(/--(?:paper|surface): (#[0-9a-f]{6});/g)].map((found) => found[1] ?? '');
}

/** Parts of light in linear steps, as sRGB (IEC 61966-2-1) has them. */
function linear(hexadecimal: string): Colour {
  const part = (at: number): number => {
    const value = Number.parseInt(hexadecimal.slice(at, at + 2), 16) / 255;
    return value <= 0.040_45 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  };
  return [part(1), part(3), part(5)];
}

/** WCAG 2.2, relative luminance and contrast ratio. */
function contrast(left: string, right: string): number {
  const luminance = ([red, green, blue]: Colour): number => 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  const [darker = 0, lighter = 0] = [luminance(linear(left)), luminance(linear(right))].toSorted(
    (one, other) => one - other,
  );
  return (lighter + 0.05) / (darker + 0.05);
}

/** Machado, Oliveira and Fernandes 2009, severity 1.0: what is left of a colour without one kind of cone. */
const visions: Readonly<Record<string, readonly Colour[]>> = {
  'of any kind': [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  'without red': [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  'without green': [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  'without blue': [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
};

/** Oklab (Ottosson 2020): distances in it are as different as colours look. */
function oklab([red, green, blue]: Colour): Colour {
  const long = Math.cbrt(0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue);
  const middle = Math.cbrt(0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue);
  const short = Math.cbrt(0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue);
  return [
    0.2104542553 * long + 0.793617785 * middle - 0.0040720468 * short,
    1.9779984951 * long - 2.428592205 * middle + 0.4505937099 * short,
    0.0259040371 * long + 0.7827717662 * middle - 0.808675766 * short,
  ];
}

function seen(hexadecimal: string, vision: readonly Colour[]): Colour {
  const [red, green, blue] = linear(hexadecimal);
  const [first = 0, second = 0, third = 0] = vision.map((row) =>
    Math.min(1, Math.max(0, row[0] * red + row[1] * green + row[2] * blue)),
  );
  return oklab([first, second, third]);
}

for (const [scheme, text] of Object.entries({ light: lightSheet, dark: darkSheet })) {
  const colours = [...text.matchAll(/--chart-\d: (#[0-9a-f]{6});/g)].map((found) => found[1] ?? '');

  t.test(`${scheme}: every series stands out from the page`, async (t) => {
    t.equal(colours.length, 4);
    t.equal(surfaces[scheme as keyof typeof surfaces].length, 2);
    for (const surface of surfaces[scheme as keyof typeof surfaces])
      for (const colour of colours) t.ok(contrast(colour, surface) >= 3, `${colour} on ${surface}`);
  });

  for (const [vision, matrix] of Object.entries(visions))
    t.test(`${scheme}: eyes ${vision} tell the series apart`, async (t) => {
      for (const [index, left] of colours.entries())
        for (const right of colours.slice(index + 1)) {
          const distance = Math.hypot(
            ...seen(left, matrix).map((part, at) => part - (seen(right, matrix)[at] ?? 0)),
          );
          t.ok(distance >= 0.1, `${left} and ${right}: ${distance.toFixed(3)}`);
        }
    });
}
