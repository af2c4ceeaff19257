// The vendor's name, logo, colours and support address on the portal's pages; a logo can do nothing but be looked at.
import t from 'tap';
import { defaultBranding } from '#commlink/settings/branding-settings.ts';
import { portalSettings, startPortal, Visitor } from './portal-fixture.ts';

const svg = '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>';
const branding = {
  vendorName: 'Engines <Ltd>',
  logo: { mediaType: 'image/svg+xml' as const, base64: Buffer.from(svg).toString('base64') },
  accent: { light: '#7a1fa2', dark: '#e1bee7' },
  supportAddress: 'mailto:help@engines.example',
};

t.test('without settings the pages are our own', async (t) => {
  const portal = await startPortal(t);
  const { text } = await new Visitor(portal).get('/sign-in');
  t.match(text, 'Sign in · Consign</title>');
  t.notMatch(text, '/branding/');
});

t.test('a change of the settings is on the next page', async (t) => {
  const portal = await startPortal(t);
  await portal.node.install({ settings: portalSettings({ branding }) });
  const visitor = new Visitor(portal);
  const { text } = await visitor.get('/sign-in');
  t.match(text, 'Sign in · Engines &#60;Ltd&#62;</title>');
  t.match(text, 'href="mailto:help@engines.example"');
  const [sheet = ''] = /\/branding\/\w{16}\/colours\.css/.exec(text) ?? [];
  const [logo = ''] = /\/branding\/\w{16}\/logo/.exec(text) ?? [];
  const colours = await visitor.get(sheet);
  t.match(colours.text, ':root { --accent: #7a1fa2; --on-accent: #ffffff; }');
  t.match(colours.text, 'dark) { :root { --accent: #e1bee7; --on-accent: #000000; } }');
  const image = await visitor.get(logo);
  t.equal(image.text, svg);
  t.equal(image.headers['content-type'], 'image/svg+xml');
  t.match(image.headers['content-security-policy'], /^default-src 'none'; .*sandbox$/, 'nothing runs in it');
  t.equal((await visitor.get('/branding/0000000000000000/logo')).status, 404);

  const other = { ...branding, accent: defaultBranding.accent };
  await portal.node.install({ settings: portalSettings({ branding: other }) });
  const later = await visitor.get('/sign-in');
  t.notMatch(later.text, 'colours.css');
  t.notMatch(later.text, logo, 'what changes has another address');
});

t.test('the language is the visitor’s choice, and the switch comes back to the page', async (t) => {
  const portal = await startPortal(t);
  const visitor = new Visitor(portal);
  t.match((await visitor.get('/sign-in', { 'accept-language': 'de' })).text, '<html lang="de">');
  const page = await visitor.get('/sign-in?next=%2Fdeliveries');
  t.match(page.text, '<html lang="en">');
  const formToken = await visitor.formToken('/sign-in');
  const chosen = await visitor.submit('/language', { formToken, language: 'de', next: '/sign-in?next=%2F' });
  t.match([chosen.status, chosen.headers['location']], [303, '/sign-in?next=%2F']);
  t.match((await visitor.get('/sign-in')).text, 'Benutzername');
  for (const next of ['//evil.example', 'https://evil.example', '/\\evil.example']) {
    const led = await visitor.submit('/language', { formToken, language: 'en', next });
    t.equal(led.headers['location'], '/', next);
  }
  const unknown = await visitor.submit('/language', { formToken, language: 'xx', next: '/' });
  t.equal(unknown.headers['set-cookie'], undefined);
  t.equal((await visitor.submit('/language', { formToken: 'x', language: 'de', next: '/' })).status, 403);
});
