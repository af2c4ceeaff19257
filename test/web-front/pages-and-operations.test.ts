// What the portal's pages do for customers, programs can do: each page that changes something, and each file or stream that a page
// offers, names its operations of the API, or says why it takes a person with a browser. A new one without a row fails, and so does
// a row whose operation is gone.
import t, { type Test } from 'tap';
import { portalRoutes } from './route-table.ts';

const signingIn = { reason: 'signing in' };
const fromMail = { reason: 'the link of a mail' };
const ofBrowser = { reason: 'the browser’s own' };

type Rows = Readonly<Record<string, readonly string[] | { readonly reason: string }>>;

/** By page, the operations below /api/v1 that do the same. */
const changingRows: Rows = {
  'POST /sign-in': signingIn,
  'POST /sign-in/passkey': signingIn,
  'POST /sign-in/second-step': signingIn,
  'POST /sign-out': ['DELETE /sessions/:id'],
  'POST /language': ofBrowser,
  'POST /view-as-customer': { reason: 'staff who look at the portal as a customer' },
  'POST /forgotten-password': fromMail,
  'POST /reset-password': fromMail,
  'POST /invitation': fromMail,
  'POST /confirm-email': fromMail,
  'POST /products/:product/:version/set': ['POST /products/:product/releases/:version/set'],
  'POST /licences/:name/:version/accept': ['POST /licences/:name/:version/acceptance'],
  'POST /deliveries': ['POST /deliveries'],
  'POST /deliveries/:id/end': ['DELETE /deliveries/:id'],
  'POST /ssh-keys': ['POST /ssh-keys'],
  'POST /ssh-keys/:id/remove': ['DELETE /ssh-keys/:id'],
  'POST /tokens': ['POST /tokens'],
  'POST /tokens/:id/revoke': ['DELETE /tokens/:id'],
  'POST /appliances/codes': ['POST /enrolment-codes'],
  'POST /appliances/codes/:id/withdraw': ['DELETE /enrolment-codes/:id'],
  'POST /account/profile': ['PATCH /profile'],
  'POST /account/email': ['POST /profile/email'],
  'POST /account/password': ['POST /profile/password'],
  'POST /account/security/totp': ['POST /second-factors/totp'],
  'POST /account/security/totp/confirm': ['POST /second-factors/totp/confirm'],
  'POST /account/security/totp/remove': ['POST /second-factors/totp/remove'],
  'POST /account/security/recovery-codes': ['POST /second-factors/recovery-codes'],
  'POST /account/security/passkeys': ['POST /second-factors/passkeys/begin'],
  'POST /account/security/passkeys/register': ['POST /second-factors/passkeys'],
  'POST /account/security/passkeys/:id/remove': ['POST /second-factors/passkeys/:id/remove'],
  'POST /account/security/sessions/:id/end': ['DELETE /sessions/:id'],
  'POST /account/security/sessions/end-others': ['DELETE /sessions'],
  'POST /account/security/providers': { reason: 'the provider must see the person' },
  'POST /account/security/providers/:id/remove': ['POST /identity-links/:id/remove'],
  'POST /members': ['POST /invitations'],
  'POST /members/:id/role': ['PATCH /members/:id'],
  'POST /members/:id/remove': ['DELETE /members/:id'],
  'POST /members/invitations/:id/withdraw': ['DELETE /invitations/:id'],
};

/** By file or stream, the operations that give a program the same. */
const fileRows: Rows = {
  'GET /consign-ca.pem': { reason: 'needs no session: programs take it from there' },
  'GET /robots.txt': { reason: 'for crawlers' },
  'GET /products/:product/:version/SHA256SUMS': ['GET /products/:product/releases/:version/sums'],
  'GET /products/:product/:version/SHA256SUMS.sig': ['GET /products/:product/releases/:version/sums'],
  'GET /deliveries/:id/events': ['GET /deliveries/:id/events'],
  'GET /deliveries/:id/filezilla.xml': ['GET /deliveries/:id/filezilla.xml'],
  'GET /deliveries/:id/winscp.ini': ['GET /deliveries/:id/winscp.ini'],
  'GET /history.csv': ['GET /downloads'],
};

const ofPages = Object.keys(portalRoutes).filter((route) => !/ \/(api|fleet)\//.test(route));
const operations = new Set(
  Object.keys(portalRoutes)
    .filter((route) => route.includes(' /api/v1/'))
    .map((route) => route.replace('/api/v1', '')),
);

function checkRows(t: Test, rows: Rows, pages: readonly string[]): void {
  t.strictSame(Object.keys(rows).toSorted(), pages.toSorted());
  for (const [page, row] of Object.entries(rows))
    if (Array.isArray(row))
      for (const operation of row) t.ok(operations.has(operation), `${page}: ${operation}`);
}

t.test('each page that changes something has its operations, or says why not', async (t) => {
  checkRows(
    t,
    changingRows,
    ofPages.filter((route) => !route.startsWith('GET ')),
  );
});

t.test('each file or stream that a page offers has its operations, or says why not', async (t) => {
  checkRows(
    t,
    fileRows,
    ofPages.filter((route) => /^GET .*\/(events|SHA256SUMS|[^/:]+\.\w+)$/.test(route)),
  );
});
