// 300 logins that come at once, over each protocol, to two session servers: the kernel keeps who can't be served yet, and
// nobody is refused or lost.
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import t from 'tap';
import { acceptLogin } from '../fetch-everywhere.ts';
import { startNode } from '../running-node.ts';
import { runProgram } from '../../rig/run-program.ts';
import type { Storm, StormResult } from './login-storm.ts';

const loginCount = 300;
const limits = {
  connectionsPerAddressMax: 1000,
  sessionsPerAccountMax: 1000,
  transfersPerAccountPerSecondMax: 1000,
  transfersPerAccountMax: 1000,
  transfersPerAddressMax: 1000,
  loginDeadlineMs: 120_000,
};

t.test('300 logins at once', async (t) => {
  const password = randomBytes(16).toString('hex');
  const node = await startNode(t, { settings: { sessionServerCount: 2, limits } });
  acceptLogin(node, password);
  const grant = await node.publishAndStage(randomBytes(1000));
  for (const protocol of ['ftp', 'sftp', 'https'] as const)
    await t.test(`over ${protocol}`, async (t) => {
      const storm: Storm = {
        protocol,
        port: node.ports[protocol],
        count: loginCount,
        password,
        link: node.linkFor(grant),
        holdMs: 0,
      };
      const program = join(import.meta.dirname, 'login-storm.ts');
      const { stdout, stderr } = await runProgram(process.execPath, [program, JSON.stringify(storm)]);
      const result = JSON.parse(stdout || '{}') as StormResult;
      t.same(result.failures, [], stderr);
      t.equal(result.loggedIn, loginCount);
      t.comment(`${protocol}: ${loginCount} logins in ${Math.round(result.tookMs)} ms`);
    });
});
