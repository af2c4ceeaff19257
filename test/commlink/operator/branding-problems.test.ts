// Colours that could not be read and logos that are none are found before anything is published.
import t from 'tap';
import { validateConfiguration } from '#commlink/operator/validate-configuration.ts';
import { defaultBranding, type BrandingSettings } from '#commlink/settings/branding-settings.ts';
import { defaultClusterPolicy } from '#commlink/settings/cluster-configuration.ts';
import { internalDbEntry, webFrontEntry } from '../configuration/composed-cluster.ts';

const members = [
  { name: 'db1', role: 'internal-db' },
  { name: 'web1', role: 'web-front' },
] as const;
const png = Buffer.concat([Buffer.from('89504e470d0a1a0a', 'hex'), Buffer.alloc(100)]);
const logoOf = (mediaType: 'image/png' | 'image/svg+xml', content: Buffer | string) => ({
  mediaType,
  base64: Buffer.from(content).toString('base64'),
});

const rows: [title: string, change: Partial<BrandingSettings>, path: string | null][] = [
  ['the default', {}, null],
  ['colours that can be read', { accent: { light: '#7a1fa2', dark: '#e1bee7' } }, null],
  ['a pale colour on light pages', { accent: { light: '#ff9800', dark: '#e1bee7' } }, '/accent/light'],
  ['a deep colour on dark pages', { accent: { light: '#7a1fa2', dark: '#311b92' } }, '/accent/dark'],
  ['no colour', { accent: { light: 'red', dark: '#e1bee7' } }, '/accent/light'],
  ['an SVG', { logo: logoOf('image/svg+xml', '<svg xmlns="…"/>') }, null],
  ['a PNG', { logo: logoOf('image/png', png) }, null],
  ['a PNG that is none', { logo: logoOf('image/png', '<svg/>') }, '/logo/base64'],
  ['an SVG that is none', { logo: logoOf('image/svg+xml', '<html>') }, '/logo/base64'],
  ['a support address', { supportAddress: 'https://help.example/' }, null],
  ['an address that runs a script', { supportAddress: 'javascript:alert(1)' }, '/supportAddress'],
  ['an address over plain HTTP', { supportAddress: 'http://help.example/' }, '/supportAddress'],
];

for (const [title, change, path] of rows) {
  t.test(title, async (t) => {
    const web1 = structuredClone(webFrontEntry('10.0.0.2'));
    const settings = { ...web1.settings, branding: { ...defaultBranding, ...change } };
    const next = {
      policy: defaultClusterPolicy,
      nodes: { db1: internalDbEntry('10.0.0.1'), web1: { ...web1, settings } },
    };
    const problems = validateConfiguration(next, members).map((problem) => problem.path);
    if (path === null) t.same(problems, []);
    else t.ok(problems[0]?.startsWith('/nodes/web1/settings/branding'), problems.join(' '));
  });
}

t.test('a logo over the limit', async (t) => {
  const web1 = webFrontEntry('10.0.0.2');
  const logo = logoOf('image/png', Buffer.concat([png, Buffer.alloc(70_000)]));
  const settings = { ...web1.settings, branding: { ...defaultBranding, logo } };
  const nodes = { db1: internalDbEntry('10.0.0.1'), web1: { ...web1, settings } };
  t.equal(validateConfiguration({ policy: defaultClusterPolicy, nodes }, members).length > 0, true);
});
