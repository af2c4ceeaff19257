// What the other nodes ask of the web-front, over real links.
import t from 'tap';
import { webFrontMethods } from '#commlink/methods/web-front-methods.ts';
import { signedText } from './fake-backends.ts';
import { endpoints } from './fake-ftp-node.ts';
import { startPortal } from './portal-fixture.ts';

const sealed = 'S'.repeat(80);
const deadline = { deadlineMs: 5000 };

t.test('passes logins, reports and statements of an ftp-node on to internal-db', async (t) => {
  const portal = await startPortal(t);
  const { ftpLink } = portal.backends;
  const node = ftpLink.self.id;
  const internalDb = portal.backends.dbLink.self.id;
  const login = await ftpLink.call(
    'web1',
    webFrontMethods,
    'relay.login',
    { node, internalDb, sealed },
    deadline,
  );
  t.same(login, { answer: signedText });
  const report = { node, reports: [signedText] };
  t.same(await ftpLink.call('web1', webFrontMethods, 'relay.report', report, deadline), {
    receipt: signedText,
  });
  const statement = { node, statement: signedText };
  t.same(await ftpLink.call('web1', webFrontMethods, 'relay.reconcile', statement, deadline), {
    order: null,
  });
  t.same(
    portal.internalDb.calls.filter(({ method }) => method !== 'session.describe').map(({ method }) => method),
    ['login.decide', 'node.report', 'node.reconcile'],
  );
});

t.test('a node may not speak for another', async (t) => {
  const portal = await startPortal(t);
  const node = portal.backends.dbLink.self.id;
  const internalDb = node;
  const call = portal.backends.ftpLink.call(
    'web1',
    webFrontMethods,
    'relay.login',
    { node, internalDb, sealed },
    deadline,
  );
  await t.rejects(call, { code: 'refused' });
  t.same(portal.internalDb.calls, []);
});

t.test('passes grants and orders of internal-db on to the node that they are for', async (t) => {
  const portal = await startPortal(t);
  const { dbLink, ftpLink } = portal.backends;
  const node = ftpLink.self.id;
  const staged = await dbLink.call(
    'web1',
    webFrontMethods,
    'relay.stage',
    { node, grant: signedText },
    deadline,
  );
  t.match(staged, { staged: true, endpoints });
  const order = { node, order: signedText };
  const unstaged = await dbLink.call('web1', webFrontMethods, 'relay.unstage', order, deadline);
  t.same(unstaged, { unstagedCount: 1, cutTransferCount: 0 });
  t.same(
    portal.ftpNode.calls.map(({ params }) => params),
    [{ grant: signedText }, { order: signedText }],
  );
});

t.test('passes lists of bans, and what concerns sessions, on to the node', async (t) => {
  const portal = await startPortal(t);
  const { dbLink, ftpLink } = portal.backends;
  const node = ftpLink.self.id;
  const bans = { node, list: signedText };
  t.same(await dbLink.call('web1', webFrontMethods, 'relay.bans', bans, deadline), { sequence: 7 });
  const listed = await dbLink.call(
    'web1',
    webFrontMethods,
    'relay.sessions',
    { node, account: 'acme' },
    deadline,
  );
  t.same(listed, { sessions: [], sessionCount: 0 });
  const cut = { node, order: signedText };
  t.same(await dbLink.call('web1', webFrontMethods, 'relay.cut', cut, deadline), { cutSessionCount: 2 });
  t.same(
    portal.ftpNode.calls.map(({ params }) => params),
    [{ list: signedText }, { account: 'acme' }, { order: signedText }],
  );
  const stranger = { node: dbLink.self.id, list: signedText };
  await t.rejects(dbLink.call('web1', webFrontMethods, 'relay.bans', stranger, deadline), {
    code: 'unavailable',
  });
  await t.rejects(ftpLink.call('web1', webFrontMethods, 'relay.bans', bans, deadline), { code: 'forbidden' });
});

t.test('a node that is unknown or away is `unavailable`, and missing from the list of nodes', async (t) => {
  const portal = await startPortal(t);
  const { dbLink, ftpLink } = portal.backends;
  const grantFor = (node: string) =>
    dbLink.call('web1', webFrontMethods, 'relay.stage', { node, grant: signedText }, deadline);
  await t.rejects(grantFor('N'.repeat(43)), { code: 'unavailable' });
  await t.rejects(grantFor(dbLink.self.id), { code: 'unavailable' }, 'internal-db is no ftp-node');
  const listed = async () => (await dbLink.call('web1', webFrontMethods, 'relay.nodes', {}, deadline)).nodes;
  t.match(await listed(), [{ node: ftpLink.self.id, name: 'ftp1', description: { endpoints } }]);
  await ftpLink.close();
  await t.rejects(grantFor(ftpLink.self.id), { code: 'unavailable' });
  t.same(await listed(), []);
});

t.test('an ftp-node may not ask for what is internal-db’s to ask, and the reverse', async (t) => {
  const portal = await startPortal(t);
  const { dbLink, ftpLink } = portal.backends;
  const node = ftpLink.self.id;
  await t.rejects(
    ftpLink.call('web1', webFrontMethods, 'relay.stage', { node, grant: signedText }, deadline),
    {
      code: 'forbidden',
    },
  );
  const login = { node, internalDb: dbLink.self.id, sealed };
  await t.rejects(dbLink.call('web1', webFrontMethods, 'relay.login', login, deadline), {
    code: 'forbidden',
  });
});
