import t from 'tap';
import { eventually, testMethods, twoNodes } from './two-nodes.ts';

void t.test('either end calls over one link, whoever dialled it', async (t) => {
  const nodes = await twoNodes(t);
  const web = await nodes.listen();
  const ftp = await nodes.dial(web.port ?? 0);
  t.same(await ftp.call('web1', testMethods, 'echo', { text: 'up' }), { text: 'up', servedBy: 'web1' });
  t.same(await web.call('ftp1', testMethods, 'echo', { text: 'down' }), { text: 'down', servedBy: 'ftp1' });
});
