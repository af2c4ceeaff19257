// Every page of the portal, as the route table has them: nothing that axe-core finds, nothing cut off on a telephone, no
// fault of a script or of the content policy, and every name on it hostile. In German on the telephone.
import t from 'tap';
import { launchChromium, viewports } from '../rig/chromium.ts';
import { auditPage } from '../rig/page-audit.ts';
import { looks, walkEveryPage } from '../rig/page-walk.ts';
import { startPortalWithDatabase } from './portal-with-database.ts';
import { createTwoAccounts } from './route-customers.ts';
import { portalRoutes } from './route-table.ts';

const portal = await startPortalWithDatabase(t);
const accounts = await createTwoAccounts(portal);
const browser = await launchChromium(t);
const { origin, certificate } = portal;

t.test('the audit finds what is wrong with a page', async (t) => {
  const page = await browser.newPage({ viewport: viewports.phone });
  const picture = '<img src="data:image/gif;base64,R0lGODlhAQABAAAAACw=" width="900" height="20">';
  await page.setContent(`<html lang="en"><title>Bad</title><main><h1>Bad</h1>${picture}</main></html>`);
  const findings = await auditPage(page);
  t.match(findings, [/^image-alt \(critical\)/, 'the page is wider than the screen']);
  t.equal(findings.length, 2);
  await page.close();
});

/** Files, streams, and what leads elsewhere. */
const notPages = [
  'GET /assets/:version/:name',
  'GET /consign-ca.pem',
  'GET /deliveries/:id/events',
  'GET /deliveries/:id/filezilla.xml',
  'GET /deliveries/:id/winscp.ini',
  'GET /healthz',
  'GET /history.csv',
  'GET /licences/:name',
  'GET /products/:product/:version/SHA256SUMS',
  'GET /products/:product/:version/SHA256SUMS.sig',
  'GET /robots.txt',
  'GET /typed',
];

for (const look of looks) {
  t.test(`every page is good on a ${look.name}`, async (t) => {
    const victim = await accounts.victim();
    const cookies = [{ name: '__Host-consign-session', value: victim.session }];
    const walk = { site: 'portal' as const, origin, certificate, look, cookies };
    await walkEveryPage(t, { browser, walk }, { routes: portalRoutes, records: victim, notPages });
  });
}
