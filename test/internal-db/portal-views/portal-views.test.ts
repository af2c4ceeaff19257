// Staff who see the portal as a customer does: let in by a code of the console, once and soon; allowed to read and to change
// nothing, whatever method is asked; told to the customer, unless the settings say otherwise.
import t from 'tap';
import { internalDbMethods } from '#commlink/methods/internal-db-methods.ts';
import { consoleDefaults, type ViewAsCustomer } from '#commlink/settings/console-settings.ts';
import { setAccountState } from '#internal-db/admin/account-administration.ts';
import { createCustomerHandlers } from '#internal-db/customer-handlers.ts';
import { createPortalView } from '#internal-db/portal-views/create-view.ts';
import { portalViewCodeLifetimeMs, portalViewLifetimeMs } from '#internal-db/limits.ts';
import { address, startPeopleRoom, type PeopleRoom } from '../support/people-room.ts';
import { demoFile } from '../support/running-room.ts';

const actor = 'test:operator';
const owner = 'jo@acme.test';

/** A room with a member of staff, and an owner who has an address. */
async function setUp(t: Parameters<typeof startPeopleRoom>[0], viewAsCustomer: ViewAsCustomer = 'told') {
  const room = await startPeopleRoom(t, {
    console: { ...consoleDefaults, host: '127.0.0.1', port: 0, viewAsCustomer },
  });
  const { context } = room.services;
  await room.admin.call('staff.create', {
    actor,
    name: 'sue',
    displayName: 'Sue',
    role: 'support',
    password: null,
  });
  const staff = await context.store.read.staff.byName('sue');
  if (!staff) throw new Error('there is no sue');
  room.database.prepare("UPDATE users SET email = ? WHERE name = 'jo'").run(owner);
  const create = async (wish: { account?: string; user?: string } = {}) => {
    const link = await createPortalView(context, {
      staff,
      account: 'acme',
      user: 'jo',
      reason: 'Ticket 7: no files',
      ...wish,
    });
    return new URL(link).searchParams.get('code') ?? '';
  };
  const open = async () => {
    const { signIn } = await room.done('portalView.open', { code: await create(), address });
    return signIn.session;
  };
  return { room, create, open, staff };
}

const actionsIn = (room: PeopleRoom) =>
  room.database.prepare('SELECT action, actor, subject FROM audit_log ORDER BY sequence').all() as {
    action: string;
    actor: string;
    subject: string;
  }[];

t.test('a code opens one view, which shows what the customer sees', async (t) => {
  const { room, create } = await setUp(t);
  const { webFront, done } = room;
  const code = await create();
  const outcomes = await Promise.all([
    webFront.call('portalView.open', { code, address }),
    webFront.call('portalView.open', { code, address }),
  ]);
  t.equal(outcomes.filter((outcome) => outcome.done).length, 1, 'of two at the same time, one');
  t.match(await webFront.call('portalView.open', { code, address }), { done: false, reason: 'unusable' });
  const { signIn } = await done('portalView.open', { code: await create(), address });
  t.match(signIn.owner, {
    user: { name: 'jo' },
    account: { name: 'acme' },
    isStaffView: true,
    scopes: ['read'],
  });
  const { session } = signIn;
  const products = await webFront.call('catalog.products', { session, after: null, limit: 10 });
  t.match(products, { valid: true, products: [{ name: 'tool' }] });
  t.match(await webFront.call('catalog.home', { session }), { valid: true, lastVisitAtMs: null });
  t.same(room.database.prepare('SELECT * FROM portal_visits').all(), [], 'the person was not there');
  const lastSignIn = room.database.prepare("SELECT last_sign_in_at_ms AS atMs FROM users WHERE name = 'jo'");
  t.same(lastSignIn.get(), { atMs: null }, 'and has not signed in');
  t.match(await webFront.call('session.close', { session }), { closed: true });
  t.match(await webFront.call('catalog.home', { session }), { valid: false });
  t.same(
    actionsIn(room)
      .filter(({ action }) => action.startsWith('portalView.'))
      .map(({ action, actor: who, subject }) => [action, who, subject]),
    ['create', 'open', 'create', 'open', 'end'].map((action) => [
      `portalView.${action}`,
      'staff:sue',
      'acme jo',
    ]),
  );
});

t.test('no method that changes something, or proves who one is, can be used in a view', async (t) => {
  const { room, open } = await setUp(t);
  const session = await open();
  const { context } = room.services;
  // The check is before the parameters are looked at, so that new methods need nothing here.
  const handlers = Object.entries(createCustomerHandlers(context, context.log)) as [
    keyof typeof internalDbMethods,
    (params: { session: string }) => Promise<unknown>,
  ][];
  let refusedCount = 0;
  for (const [name, handler] of handlers) {
    const { mutates, params } = internalDbMethods[name];
    const takesSession = 'session' in (params as { readonly properties: object }).properties;
    if (!mutates || !takesSession || ['catalog.home', 'session.close'].includes(name)) continue;
    await t.rejects(handler({ session }), { code: 'refused', message: /as a customer does/ }, name);
    t.match(await handler({ session: `${session}x` }), { valid: false }, `${name}, for a view that is over`);
    refusedCount += 1;
  }
  t.ok(refusedCount >= 25, `${refusedCount} methods refuse`);
  const { webFront, password } = room;
  for (const method of ['totp.begin', 'passkey.beginRegistration'] as const)
    await t.rejects(webFront.call(method, { session, password }), { code: 'refused' }, method);
  const wish = { session, ...demoFile, address };
  await t.rejects(webFront.call('delivery.request', wish), { code: 'refused' }, 'over the link, too');
});

t.test('a view ends by time, with the member of staff, with the person, and by the settings', async (t) => {
  const { room, create, open } = await setUp(t);
  const { webFront, admin, database } = room;
  const isOver = async (session: string) => !(await webFront.call('session.describe', { session })).valid;
  const age = (ms: number) =>
    database.prepare('UPDATE portal_views SET expires_at_ms = expires_at_ms - ?').run(ms);
  const old = await create();
  age(portalViewCodeLifetimeMs);
  t.match(await webFront.call('portalView.open', { code: old, address }), { reason: 'unusable' });
  const first = await open();
  t.notOk(await isOver(first));
  age(portalViewLifetimeMs);
  t.ok(await isOver(first), 'its time is over');
  const second = await open();
  const unused = await create();
  await admin.call('staff.setEnded', { actor, name: 'sue', ended: true, reason: 'left' });
  t.ok(await isOver(second), 'who has left sees nothing any more');
  t.match(await webFront.call('portalView.open', { code: unused, address }), { reason: 'unusable' });
  await admin.call('staff.setEnded', { actor, name: 'sue', ended: false, reason: 'is back' });
  const third = await open();
  const { context } = room.services;
  await setAccountState(context, { actor, account: 'acme', state: 'suspended', reason: 'unpaid' });
  t.ok(await isOver(third), 'a suspended customer sees nothing, and so does who looks over its shoulder');
  await t.rejects(create(), { code: 'refused' });
  await t.rejects(create({ account: 'nobody' }), { code: 'not_found' });
  const opened = () => database.prepare('SELECT opened_at_ms IS NULL AS unused FROM portal_views').all();
  t.same(opened().filter(({ unused }) => unused === 1).length, 2);
  await context.store.transaction(({ portalViews }) =>
    portalViews.forgetViews({ openedBeforeMs: 0, unusedBeforeMs: Date.now() + portalViewCodeLifetimeMs }),
  );
  t.same(
    opened().map(({ unused }) => unused),
    [0, 0, 0],
    'what nobody used is forgotten, what was seen is not',
  );
});

t.test('the customer is told by mail and in the portal: owners of all, others of their own', async (t) => {
  const { room, open } = await setUp(t);
  const { webFront } = room;
  const kim = await room.addMember('kim', 'downloader');
  await open();
  const [mail] = (await room.mailsTo(owner)).filter((text) => text.includes('looked at'));
  t.match(mail, /portal of Acme as jo sees it/);
  t.match(mail, /Ticket 7: no files/);
  t.notMatch(mail, /sue/i, 'staff are not named');
  t.match(await webFront.call('portalView.listTold', { session: await room.signIn() }), {
    valid: true,
    views: [{ user: 'jo', reason: 'Ticket 7: no files' }],
  });
  t.match(await webFront.call('portalView.listTold', { session: kim }), { valid: true, views: [] });
});

t.test('silent: the audit log knows alone; off: there is no view', async (t) => {
  const { room, open } = await setUp(t, 'silent');
  await open();
  t.same((await room.mailsTo(owner)).length, 0);
  t.match(await room.webFront.call('portalView.listTold', { session: await room.signIn() }), { views: [] });
  t.ok(actionsIn(room).some(({ action }) => action === 'portalView.open'));
  const { create } = await setUp(t, 'off');
  await t.rejects(create(), { code: 'refused', message: /viewAsCustomer/ });
});
