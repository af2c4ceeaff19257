// The console in two languages: every page whole in the one that is asked for, whoever else asks at the same time; the switch at
// the foot; and programs, which are answered in English.
import t from 'tap';
import { formTokenFor } from '#commlink/pages/form-token.ts';
import { html } from '#commlink/pages/html.ts';
import { languageNames, type Language } from '#commlink/pages/texts/language.ts';
import * as consoleTexts from '#internal-db/console/texts/console-texts.ts';
import * as serviceTexts from '#internal-db/texts/service-texts.ts';
import { speak } from '#internal-db/texts/spoken-language.ts';
import { pathOf } from '../../rig/route-checks.ts';
import { startRoom } from '../support/running-room.ts';
import { consoleRoutes } from './route-table.ts';
import { createRecords, openStaffSession, sendToConsole, type StaffAnswer } from './staff-browser.ts';

const room = await startRoom(t, [], { portalUrl: 'https://portal.example.test' });
const newRecords = await createRecords(room);
const session = await openStaffSession(room, 'operator');
const cookie = `__Host-consign-staff=${session}`;
/** Texts as they stand on a page, of which one alone tells the language. */
const onlyEnglish = tellingTexts('en', 'de');
const onlyGerman = tellingTexts('de', 'en');

function textsIn(language: Language): Map<string, string> {
  const found = new Map<string, string>();
  const collect = (path: string, part: unknown): void => {
    if (typeof part === 'string') found.set(path, part);
    else if (typeof part === 'object' && part !== null)
      for (const [name, below] of Object.entries(part)) collect(`${path}.${name}`, below);
  };
  speak({ language, path: '/' }, () => collect('', { ...consoleTexts, ...serviceTexts }));
  return found;
}

/** The texts of a language that no text of the other one is or begins with; a single word counts as a whole element. */
function tellingTexts(language: Language, other: Language): string[] {
  // The switch names each language in itself, on every page.
  const others = [...textsIn(other).values(), ...Object.values(languageNames)];
  const own = [...textsIn(language).values()].filter(
    (text) => /\p{L}{3}/u.test(text) && !others.includes(text),
  );
  return own.map((text) => (text.includes(' ') ? html`${text}`.text : html`>${text}<`.text));
}

function get(path: string, headers: Record<string, string>): Promise<StaffAnswer> {
  return sendToConsole(room, { method: 'GET', path }, { headers: { cookie, ...headers } });
}

function post(path: string, fields: Record<string, string>, headers = {}): Promise<StaffAnswer> {
  const body = new URLSearchParams({ formToken: formTokenFor(session), ...fields }).toString();
  const type = { 'content-type': 'application/x-www-form-urlencoded' };
  return sendToConsole(room, { method: 'POST', path }, { headers: { cookie, ...type, ...headers }, body });
}

/** What of the other language is on a page; its scripts' data has none. */
function strays(page: string, texts: readonly string[]): string[] {
  const shown = page.replaceAll(/\s+/g, ' ').replaceAll('> ', '>').replaceAll(' <', '<');
  return texts.filter((text) => shown.includes(text));
}

t.test('there is something to look for', async (t) => {
  t.ok(onlyEnglish.length > 700 && onlyGerman.length > 700, `${onlyEnglish.length}, ${onlyGerman.length}`);
});

t.test('every page is whole in its language, also while others ask in the other one', async (t) => {
  let pages = 0;
  for (const [route, row] of Object.entries(consoleRoutes)) {
    if (!route.startsWith('GET ') || route.startsWith('GET /api/')) continue;
    const path = (await row.request?.(await newRecords()))?.path ?? pathOf(route);
    const asked = await Promise.all(
      ['de-AT,de;q=0.9', 'en'].map((language) => get(path, { 'accept-language': language })),
    );
    const [inGerman, inEnglish] = asked.map(({ body }) => body);
    if (!inEnglish?.startsWith('<!doctype html>')) continue;
    pages += 1;
    t.match(inGerman, '<html lang="de">', route);
    t.match(inEnglish, '<html lang="en">', route);
    t.strictSame(strays(inGerman ?? '', onlyEnglish), [], `${route}: no English`);
    t.strictSame(strays(inEnglish, onlyGerman), [], `${route}: no German`);
  }
  t.ok(pages >= 40, `${pages} pages`);
});

t.test('a form is answered in the language, refused ones too', async (t) => {
  const german = { 'accept-language': 'de' };
  const refused = await post('/bans', { network: 'nonsense', reason: '' }, german);
  t.match(refused.body, '<html lang="de">');
  t.strictSame(strays(refused.body, onlyEnglish), []);
  t.match(refused.body, 'Nennen Sie einen Grund');
  const tooLarge = await post('/bans', { network: 'x'.repeat(3_000_000) }, german);
  t.equal(tooLarge.status, 413);
  t.match(tooLarge.body, 'Das ist zu viel auf einmal');
  const nowhere = await get('/nowhere', german);
  t.equal(nowhere.status, 404);
  t.match(nowhere.body, 'Diese Seite gibt es nicht.');
});

t.test('what services refuse and find is said in the language, too', async (t) => {
  const { account, entitlement, product } = await newRecords();
  const asked = async (path: string) => {
    const [german, english] = await Promise.all(
      ['de', 'en'].map(async (language) => await get(path, { 'accept-language': language })),
    );
    return { german: german?.body ?? '', english: english?.body ?? '' };
  };
  const why = await asked(`/why?account=${account}&product=${product}&version=1.0.0`);
  t.match(why.german, `${entitlement} erlaubt es.`);
  t.match(why.english, `${entitlement} admits it.`);
  const missing = await asked(`/why?account=${account}&product=nothing`);
  t.match(missing.german, 'Dieses Produkt gibt es nicht.');
  t.match(missing.english, 'There is no such product.');
  const german = { 'accept-language': 'de' };
  const grant = { product, versions: 'newest', reason: 'Grund' };
  const refused = await post(`/accounts/${account}/grant`, grant, german);
  t.match(refused.body, 'newest ist kein Bereich von Versionen.');
  const tooWide = await post('/bans', { network: '203.0.113.0/1', hours: '1', reason: 'Grund' }, german);
  t.match(tooWide.body, '128.0.0.0/1 ist zu weit, um gesperrt zu werden');
  const table = await post('/bulk', { table: 'change,until\nextend,1/2/2027', do: 'check' }, german);
  t.match(table.body, 'Schreiben Sie den Tag in der Spalte „until“');
  t.match((await post('/audit/verify', {}, german)).body, 'Einträge folgen lückenlos aufeinander.');
  t.match((await post('/audit/verify', {})).body, 'entries follow from one another.');
});

t.test('the switch keeps the language, and comes back to the page', async (t) => {
  const page = await get('/products', {});
  t.match(page.body, 'name="next" value="/products"');
  t.match(page.body, /<button class="link" name="language" value="de" lang="de">\s*Deutsch/);
  const chosen = await post('/language', { language: 'de', next: '/accounts?limit=1' });
  t.equal(chosen.status, 303);
  t.equal(chosen.headers['location'], '/accounts?limit=1');
  const [kept = ''] = chosen.headers['set-cookie'] ?? [];
  t.match(kept, /^consign-language=de; Max-Age=\d{8}; Path=\/; HttpOnly; Secure; SameSite=Lax$/);
  const next = await get('/accounts', {
    cookie: `${cookie}; ${kept.split(';')[0]}`,
    'accept-language': 'en',
  });
  t.match(next.body, '<html lang="de">', 'it goes before what the browser asks for');
  const unknown = await post('/language', { language: 'xx', next: '//evil.example' });
  t.equal(unknown.headers['set-cookie'], undefined);
  t.equal(unknown.headers['location'], '/');
});

t.test('programs are answered in English', async (t) => {
  const answer = await sendToConsole(
    room,
    { method: 'GET', path: '/api/v1/accounts/nobody' },
    { headers: { cookie, 'accept-language': 'de', accept: 'application/json' } },
  );
  t.equal(answer.status, 404);
  const { detail = '' } = JSON.parse(answer.body) as { detail?: string };
  t.match(detail, /there is no|nobody/i);
});
