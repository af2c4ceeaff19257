// What a customer reads of the catalog, through internal-db's real doors: pages of products and releases, one release with
// its signed digests, search, news; and nothing of what is another's.
import t from 'tap';
import { nextVisit } from '#internal-db/catalog/customer-home.ts';
import { runProgram } from '../../rig/run-program.ts';
import { plainGrant, seedRoom, signIn, startRoom, type RunningRoom } from '../support/running-room.ts';

const actor = 'test:operator';

async function publish(room: RunningRoom, product: string, release: string) {
  const [version = '', channel = 'stable'] = release.split(' ');
  const file = { sizeBytes: 7, sha256: 'cd'.repeat(32), mediaType: 'application/octet-stream' };
  await room.admin.call('release.publish', {
    actor,
    product,
    version,
    channel,
    draft: false,
    files: [
      { ...file, name: `${product}-${version}-linux.tar.gz`, platform: 'linux-x64' },
      { ...file, name: `${product}-${version}-setup.exe`, platform: 'windows-x64' },
    ],
  });
}

async function startShop(t: Parameters<typeof startRoom>[0]) {
  const room = await startRoom(t);
  const { password } = await seedRoom(room);
  const session = await signIn(room, password);
  const newProduct = (name: string) =>
    room.admin.call('product.create', { actor, name, title: `The ${name}`, description: 'Prüft Öfen.' });
  const grant = (product: string, terms: object = {}) =>
    room.admin.call('entitlement.grant', { ...plainGrant, account: 'acme', product, ...terms });
  return { room, session, newProduct, grant, call: room.webFront.call.bind(room.webFront) };
}

t.test('products and releases come in pages, newest version first', async (t) => {
  const { room, session, newProduct, grant, call } = await startShop(t);
  await newProduct('alpha');
  await newProduct('secret');
  await publish(room, 'secret', '1.0.0');
  await grant('alpha', { versions: '>=1', channels: ['stable', 'beta'] });
  for (const version of ['0.9.0', '1.9.0', '1.10.0', '2.0.0', '1.2.0']) await publish(room, 'alpha', version);
  await publish(room, 'alpha', '3.0.0-beta.1 beta');
  await publish(room, 'alpha', '4.0.0 nightly');

  const first = await call('catalog.products', { session, after: null, limit: 1 });
  t.match(first, { products: [{ name: 'alpha', standing: 'open', newest: { version: '2.0.0' } }] });
  if (!first.valid) throw new Error('no session');
  const second = await call('catalog.products', { session, after: first.next, limit: 1 });
  t.match(second, { products: [{ name: 'tool' }], next: null }, 'and nothing of what is not granted');

  const page = { session, product: 'alpha', limit: 2 };
  const top = await call('catalog.product', { ...page, channel: null, after: null });
  if (!top.valid || !top.found) throw new Error('not found');
  t.same(top.channels, ['beta', 'stable'], 'the channel that is not included is not named');
  t.same(
    top.releases.map(({ version }) => version),
    ['3.0.0-beta.1', '2.0.0'],
  );
  t.equal(top.newest?.files.length, 2);
  const next = await call('catalog.product', { ...page, channel: null, after: top.next });
  t.match(next, { releases: [{ version: '1.10.0' }, { version: '1.9.0' }] });
  const stable = await call('catalog.product', { ...page, limit: 10, channel: 'stable', after: null });
  t.match(stable, { newest: { version: '2.0.0' }, next: null });
  await t.rejects(call('catalog.product', { ...page, channel: null, after: 'AAAA' }), {
    code: 'bad_request',
  });

  for (const hidden of [{ product: 'secret' }, { product: 'nothing' }]) {
    t.same(await call('catalog.product', { ...page, ...hidden, channel: null, after: null }), {
      valid: true,
      found: false,
    });
  }
  for (const version of ['0.9.0', '4.0.0', '9.9.9']) {
    t.same(await call('catalog.release', { session, product: 'alpha', version }), {
      valid: true,
      found: false,
    });
  }
  t.same(await call('catalog.product', { ...page, session: 'x', channel: null, after: null }), {
    valid: false,
  });
});

t.test('what an account may not see takes no place on its pages', async (t) => {
  const { room, session, newProduct, grant, call } = await startShop(t);
  await newProduct('long');
  await grant('long', { versions: '<2' });
  for (const version of ['1.0.0', '1.1.0', '1.2.0']) await publish(room, 'long', version);
  for (let minor = 0; minor < 60; minor += 1) await publish(room, 'long', `2.${minor}.0`);
  const page = { session, product: 'long', channel: null, limit: 2 };
  const first = await call('catalog.product', { ...page, after: null });
  t.match(first, { newest: { version: '1.2.0' }, releases: [{ version: '1.2.0' }, { version: '1.1.0' }] });
  if (!first.valid || !first.found) throw new Error('not found');
  t.match(await call('catalog.product', { ...page, after: first.next }), {
    releases: [{ version: '1.0.0' }],
    next: null,
  });
});

t.test('notes, the order of platforms, and digests that ssh-keygen verifies', async (t) => {
  const { room, session, call } = await startShop(t);
  const release = { product: 'tool', version: '1.0.0' };
  await room.admin.call('release.setNotes', { actor, ...release, notes: '# News\n\nFaster **ovens**.' });
  await room.admin.call('product.setPlatformOrder', { actor, product: 'tool', platforms: ['linux-x64'] });
  t.match(await call('catalog.release', { session, ...release }), {
    product: { platformOrder: ['linux-x64'] },
    release: { notes: '# News\n\nFaster **ovens**.', files: [{ name: 'tool.bin' }] },
  });
  const signed = await call('catalog.sums', { session, ...release });
  if (!signed.valid || !signed.found) throw new Error('not found');
  t.equal(signed.sums, `${'ab'.repeat(32)}  tool.bin\n`);
  const folder = t.testdir({ 'sums.sig': signed.signature, signers: `${signed.signer}\n` });
  const principal = signed.signer.split(' ')[0] ?? '';
  const verify = (input: string) =>
    runProgram(
      'ssh-keygen',
      `-Y verify -f ${folder}/signers -I ${principal} -n file -s ${folder}/sums.sig`.split(' '),
      { input },
    );
  t.match(await verify(signed.sums), { code: 0, stdout: /Good "file" signature/ });
  t.not((await verify(signed.sums.replace('ab', 'ba'))).code, 0, 'another text is refused');
});

t.test('search finds words in what the account may see, and only there', async (t) => {
  const { room, session, newProduct, grant, call } = await startShop(t);
  await newProduct('furnace');
  await newProduct('secret');
  await publish(room, 'furnace', '2.4.0');
  await publish(room, 'secret', '2.4.0');
  await grant('furnace');
  const find = async (query: string) => {
    const result = await call('catalog.search', { session, query });
    return result.valid ? result.matches.map(({ product, version, file }) => file ?? version ?? product) : [];
  };
  t.same(await find('ofen'), ['furnace'], 'accents do not matter, and words may be begun only');
  t.same(await find('2.4 setup'), ['furnace-2.4.0-setup.exe']);
  t.same(await find('linux-x64 2.4.0'), ['furnace-2.4.0-linux.tar.gz']);
  for (const query of ['furnace/2.4.0', 'furnace 2.4', 'v2.4'])
    t.equal((await find(query))[0], '2.4.0', `${query} is a release`);
  t.equal((await find('2.4.0')).filter((found) => found === '2.4.0').length, 1, 'once, and of furnace alone');
  t.same(await find('secret/2.4.0'), []);
  await room.admin.call('release.setNotes', {
    actor,
    product: 'furnace',
    version: '2.4.0',
    notes: 'thermocouple',
  });
  t.same(await find('thermoc'), ['2.4.0'], 'notes are searched as they are now');
  for (const query of ['', '"', '*', 'AND', 'secret', "' OR 1=1 --", 'product : furnace', '(((', '\u0000']) {
    await t.resolves(find(query), `nothing odd comes of ${JSON.stringify(query)}`);
  }
  t.same(await find('secret'), []);
});

t.test('home tells what is new since the last visit, and what ends soon', async (t) => {
  const { room, session, newProduct, grant, call } = await startShop(t);
  const day = 86_400_000;
  await newProduct('lease');
  await publish(room, 'lease', '1.0.0');
  const notAfterMs = room.services.context.clock.nowMs() + 10 * day;
  await grant('lease', { notAfterMs });
  const first = await call('catalog.home', { session });
  t.match(first, { lastVisitAtMs: null, ending: [{ product: 'lease', notAfterMs }] });
  if (!first.valid) throw new Error('no session');
  t.same(new Set(first.news.map(({ product }) => product)), new Set(['tool', 'lease']));
  await grant('lease', { notAfterMs: notAfterMs + 300 * day });
  t.match(await call('catalog.home', { session }), { ending: [] }, 'another right lasts longer');
});

t.test('a visit ends after half an hour of nothing', async (t) => {
  const minute = 60_000;
  const visit = { userId: 'usr_x', previousAtMs: null, lastAtMs: 0 };
  t.equal(nextVisit(visit, 0.5 * minute), visit, 'nothing to write down');
  t.match(nextVisit(visit, 2 * minute), { previousAtMs: null, lastAtMs: 2 * minute });
  t.match(nextVisit(visit, 31 * minute), { previousAtMs: 0, lastAtMs: 31 * minute });
});
