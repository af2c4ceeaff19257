// Contrast as WCAG defines it, and that the pages' own colours keep to it in both colour schemes.
import t from 'tap';
import { readFile } from 'node:fs/promises';
import { contrastMin, contrastRatio, pageColours, textUpon } from '#commlink/pages/contrast.ts';
import { defaultBranding } from '#commlink/settings/branding-settings.ts';

t.test('from 1 to 21, whichever colour comes first', async (t) => {
  t.equal(contrastRatio('#ffffff', '#ffffff'), 1);
  t.equal(contrastRatio('#000000', '#ffffff'), 21);
  t.equal(contrastRatio('#ffffff', '#777777').toFixed(2), '4.48');
  t.equal(contrastRatio('#777777', '#ffffff').toFixed(2), '4.48');
  t.equal(textUpon('#0b5c5e'), '#ffffff');
  t.equal(textUpon('#6fd0c6'), '#000000');
});

t.test('every colour of text in the design can be read where it stands', async (t) => {
  const sheet = await readFile(new URL('../../../commlink/pages/assets/design.css', import.meta.url), 'utf8');
  const [light = '', dark = ''] = sheet.split('prefers-color-scheme: dark', 2);
  for (const [scheme, rules] of Object.entries({ light, dark }) as ['light' | 'dark', string][]) {
    const colourOf = (token: string) => new RegExp(`--${token}: (#[0-9a-f]{6});`).exec(rules)?.[1] ?? '';
    t.same(
      [colourOf('paper'), colourOf('surface')],
      pageColours[scheme],
      `${scheme}: what stands in contrast.ts`,
    );
    t.equal(colourOf('accent'), defaultBranding.accent[scheme]);
    for (const token of ['ink', 'soft', 'accent', 'good', 'warn', 'bad']) {
      for (const ground of [...pageColours[scheme], colourOf(`${token}-surface`) || pageColours[scheme][0]]) {
        const ratio = contrastRatio(colourOf(token), ground);
        t.ok(ratio >= contrastMin, `${scheme}: --${token} on ${ground}: ${ratio.toFixed(2)}`);
      }
    }
    t.ok(contrastRatio(colourOf('on-accent'), colourOf('accent')) >= contrastMin, `${scheme}: on a button`);
  }
});
