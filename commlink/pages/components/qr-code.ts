// A QR code as an SVG picture in the page, and the one door to the library that computes it. Called by the pages that set
// an authenticator app up.
import { encode } from 'uqr';
import { html, type Html } from '../html.ts';

const sidePixels = 232;

/** The picture of `text`; `label` is what those hear who do not see it. Dark on white in both colour schemes: scanners want it so. */
export function qrCode(text: string, label: string): Html {
  const { size, data } = encode(text, { ecc: 'M', border: 3 });
  const darkRuns = data.flatMap((row, y) =>
    runsOf(row).map(([x, length]) => `M${x} ${y}h${length}v1h-${length}z`),
  );
  return html`<svg
    role="img"
    aria-label="${label}"
    width="${sidePixels}"
    height="${sidePixels}"
    viewBox="0 0 ${size} ${size}"
    shape-rendering="crispEdges"
  >
    <rect width="${size}" height="${size}" fill="#fff" />
    <path d="${darkRuns.join('')}" fill="#000" />
  </svg>`;
}

/** Where the dark modules of a row begin, and how many follow each other. */
function runsOf(row: readonly boolean[]): [start: number, length: number][] {
  const runs: [number, number][] = [];
  for (const [x, isDark] of row.entries()) {
    const last = runs.at(-1);
    if (!isDark) continue;
    if (last && last[0] + last[1] === x) last[1] += 1;
    else runs.push([x, 1]);
  }
  return runs;
}
