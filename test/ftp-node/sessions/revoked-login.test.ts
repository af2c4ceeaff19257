// A delivery that is ended between the verdict on its login and the beginning of its session: nobody stays logged in with it.
import { once } from 'node:events';
import { randomBytes } from 'node:crypto';
import t from 'tap';
import { RawClient } from '../ftp/raw-client.ts';
import { usualFtp } from '../node-cluster.ts';
import { startNode } from '../running-node.ts';

t.test('a login that a revocation overtakes is logged out at once', async (t) => {
  const passivePorts = { from: 31_100, to: 31_120 };
  const ftp = {
    enabled: true,
    port: 0,
    publicHost: 'localhost',
    passivePorts,
    requireTls: false,
    ...usualFtp,
  };
  const node = await startNode(t, { settings: { ftp } });
  const ended = await node.publishAndStage(randomBytes(1000));
  const live = await node.publishAndStage(randomBytes(2000), { file: 'other.bin' });
  await node.unstage([ended.delivery]);
  // internal-db allowed it a moment before it gave the order, and the order was faster.
  node.decisions.login = ({ username }) => ({
    allowed: true,
    account: 'acme',
    principal: `delivery:${username}`,
    expiresAtMs: Date.now() + 3_600_000,
  });
  for (const [delivery, stays] of [
    [live.delivery, true],
    [ended.delivery, false],
  ] as const) {
    const client = await RawClient.connect(node.ports.ftp);
    await client.reply();
    const gone = once(client.socket, 'close').then(() => false);
    await client.command(`USER ${delivery}`);
    await client.command('PASS secret');
    const answers = new Promise<boolean>((resolve) => setTimeout(() => resolve(true), 2000));
    t.equal(
      await Promise.race([gone, answers]),
      stays,
      stays ? 'a live one stays' : 'an ended one is closed',
    );
    client.socket.destroy();
  }
});
