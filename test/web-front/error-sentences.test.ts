// The page for what went wrong, in German: no word of English on it for anything that a person can meet there.
import t from 'tap';
import { errorPage } from '#web-front/pages/error-page.ts';
import { createFrames } from '#web-front/pages/page-frame.ts';
import { PortalProblem, problemCodes } from '#web-front/portal-problem.ts';
import { portalTexts } from '#web-front/texts/portal-texts.ts';

const frameFor = createFrames({
  assetBase: '/assets/1',
  offersApi: true,
  branding: { vendorName: 'Vendor', supportAddress: null, sheet: null, logo: null },
});
const frameIn = (language: string) =>
  frameFor({ method: 'GET', url: '/x', headers: { 'accept-language': language }, cookies: {} });
const asked = { incident: 'inc', viewer: null };
const programsSentence = 'What programs are told.';

/** Problems whose pages always have a reason, or that only programs meet. */
const needReason = [
  'delivery_refused',
  'staging_failed',
  'refused',
  'change_refused',
  'key_refused',
  'key_reused',
];

t.test('every code that needs no reason, and every reason, has a German sentence', async (t) => {
  for (const code of problemCodes.filter((one) => !needReason.includes(one))) {
    const page = errorPage(frameIn('de'), new PortalProblem(code, programsSentence), asked);
    t.notMatch(page, programsSentence, code);
    t.notMatch(page, 'lang="en"', code);
  }
  const { sentences } = portalTexts.de.errors;
  for (const [reason, sentence] of Object.entries(sentences?.byReason ?? {})) {
    const problem = new PortalProblem('refused', programsSentence, { reason });
    t.match(errorPage(frameIn('de'), problem, asked), `<p class="lead">${sentence}</p>`, reason);
  }
});

t.test('what has no words is said in English, and marked as that', async (t) => {
  for (const reason of ['new_reason', 'constructor', '__proto__']) {
    const problem = new PortalProblem('refused', programsSentence, { reason });
    const page = errorPage(frameIn('de'), problem, asked);
    t.match(page, `<span lang="en">${programsSentence}</span>`, reason);
  }
  const problem = new PortalProblem('delivery_refused', programsSentence, { reason: 'expired' });
  t.match(errorPage(frameIn('en'), problem, asked), `<p class="lead">${programsSentence}</p>`);
});
