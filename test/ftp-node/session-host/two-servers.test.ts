// Several session servers beside each other: all ports are theirs together, and none gets in another one's way.
import { randomBytes } from 'node:crypto';
import t from 'tap';
import { acceptLogin } from '../fetch-everywhere.ts';
import { RawClient } from '../ftp/raw-client.ts';
import { usualFtp } from '../node-cluster.ts';
import { startNode } from '../running-node.ts';

const clientCount = 24;
const transfersEach = 4;
const waitMs = 90_000;

t.test('their passive ports do not collide, and each data connection is its own session’s', async (t) => {
  const password = randomBytes(16).toString('hex');
  const ftp = { ...usualFtp, enabled: true, port: 0, publicHost: 'localhost', requireTls: true };
  const node = await startNode(t, {
    settings: {
      sessionServerCount: 3,
      // Each server may have 16 of them waiting for one account.
      ftp: { ...ftp, passivePorts: { from: 31_200, to: 31_295 } },
      limits: { transfersPerAccountPerSecondMax: 1000 },
    },
  });
  acceptLogin(node, password);
  const contents = Array.from({ length: 4 }, () => randomBytes(50_000));
  for (const [index, content] of contents.entries())
    await node.publishAndStage(content, { file: `${index}.bin` });
  const faults: string[] = [];
  await Promise.all(
    Array.from({ length: clientCount }, async (_, client) => {
      const session = await RawClient.connect(node.ports.ftp);
      await session.reply(waitMs);
      await session.startTls();
      for (const line of ['USER alice', `PASS ${password}`, 'PBSZ 0', 'PROT P', 'TYPE I'])
        await session.command(line, waitMs);
      for (let count = 0; count < transfersEach; count += 1) {
        const index = (client + count) % contents.length;
        const { first, last, data } = await session.transfer(`RETR /tool/1.0.0/${index}.bin`);
        if (first !== 150 || last !== 226 || !data.equals(contents[index] ?? Buffer.alloc(0)))
          faults.push(`client ${client}, file ${index}: ${first}, ${last}, ${data.length} bytes`);
      }
      session.destroy();
    }),
  );
  t.same(faults, []);
});
