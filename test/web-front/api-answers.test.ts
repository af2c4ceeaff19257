// What the API's answers carry beside their content: the rate limit, and validators for what was read.
import t from 'tap';
import { Visitor, startPortal } from './portal-fixture.ts';

t.test('every answer says how many requests are left, refusals too', async (t) => {
  const portal = await startPortal(t, { limits: { apiRequestsPerMinute: 3 } });
  const visitor = new Visitor(portal);
  await visitor.signIn();
  const first = await visitor.get('/api/v1/me');
  t.match(first, {
    status: 200,
    headers: { 'ratelimit-policy': '"api";q=3;w=60', ratelimit: /^"api";r=2;t=\d+$/ },
  });
  t.notOk(first.headers['x-ratelimit-limit'], 'under the standard’s names alone');
  const stranger = new Visitor(portal);
  t.match(await stranger.get('/api/v1/me'), { status: 401, headers: { ratelimit: /^"api";r=1;/ } });
  await visitor.get('/api/v1/me');
  t.match(await visitor.get('/api/v1/me'), {
    status: 429,
    headers: { ratelimit: /^"api";r=0;t=[1-9]/, 'retry-after': /^[1-9]/ },
  });
});

t.test('what has not changed is not sent again', async (t) => {
  const portal = await startPortal(t);
  const visitor = new Visitor(portal);
  await visitor.signIn();
  const path = '/api/v1/products';
  const first = await visitor.get(path);
  const etag = String(first.headers.etag);
  t.match(etag, /^"[\w-]{27}"$/);
  for (const named of [etag, `W/${etag}`, `"other", ${etag}`, '*']) {
    const again = await visitor.get(path, { 'if-none-match': named });
    t.match(again, { status: 304, text: '', headers: { etag } }, named);
    t.notOk(again.headers['content-type']);
  }
  t.match(await visitor.get(path, { 'if-none-match': '"other"' }), { status: 200, text: first.text });
  portal.internalDb.catalog = [];
  const changed = await visitor.get(path, { 'if-none-match': etag });
  t.equal(changed.status, 200);
  t.not(changed.headers.etag, etag);
  const stranger = new Visitor(portal);
  t.match(await stranger.get(path, { 'if-none-match': '*' }), { status: 401 }, 'no validator opens the door');
});
