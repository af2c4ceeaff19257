// How well a colour can be read on another (WCAG 2.2, "contrast ratio" and "relative luminance"). Called by the check of the
// vendor's colours, and by what chooses the text upon them.

/** The least for text of any size (WCAG 2.2, criterion 1.4.3). */
export const contrastMin = 4.5;

/** What the accent colour stands on: the pages' paper and surface of each colour scheme, as design.css has them. */
export const pageColours = {
  light: ['#ffffff', '#f4f6f5'],
  dark: ['#0f1514', '#1a2221'],
} as const;

/** The contrast of two colours, written as #rrggbb: from 1, the same, to 21, black on white. */
export function contrastRatio(first: string, second: string): number {
  const [lighter = 0, darker = 0] = [luminanceOf(first), luminanceOf(second)].toSorted((a, b) => b - a);
  return (lighter + 0.05) / (darker + 0.05);
}

/** Black or white, whichever can be read better on `colour`. */
export function textUpon(colour: string): '#000000' | '#ffffff' {
  return contrastRatio(colour, '#ffffff') >= contrastRatio(colour, '#000000') ? '#ffffff' : '#000000';
}

function luminanceOf(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const share = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
