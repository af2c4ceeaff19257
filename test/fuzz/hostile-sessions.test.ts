// Ten thousand hostile sessions against a real, jailed session server: it does not die or hang, gives back every descriptor
// and connection, keeps its memory, logs no error, and serves an honest customer afterwards. Longer: `npm run fuzz`.
import t from 'tap';
import { HostileNode } from './hostile-node.ts';
import { runHostile, type FuzzedProtocol } from './run-hostile.ts';

const mebibyte = 1024 * 1024;
// V8 lets garbage lie while there is room: what lives after a collection grows by some hundred bytes a session at most.
const growthBytesMax = 200 * mebibyte;
const descriptorSlack = 4;
const seed = 20_261_122;

const node = new HostileNode();
t.teardown(() => node.remove());
const target = await node.start();

async function assertWithstands(protocol: FuzzedProtocol, sessionCount: number): Promise<void> {
  await t.test(`${sessionCount} hostile sessions of ${protocol}`, async (t) => {
    const outcome = await runHostile({ node, target, protocol, sessionCount, seed });
    const { before, after } = outcome;
    t.equal(outcome.hasDied, false, 'the session server lived');
    t.strictSame(outcome.hung, [], 'every session came to an end');
    t.ok(
      after.descriptorCount <= before.descriptorCount + descriptorSlack,
      `descriptors: ${before.descriptorCount}, ${after.descriptorCount}`,
    );
    t.equal(after.sessionCount, 0, 'no session is left over');
    const growth = `memory: ${Math.round(before.residentBytes / mebibyte)}, ${Math.round(after.residentBytes / mebibyte)} MiB`;
    t.ok(after.residentBytes <= before.residentBytes + growthBytesMax, growth);
    t.strictSame(outcome.errors.slice(0, 3), [], 'nobody could cause an error');
    t.ok(outcome.serves, 'an honest customer is served');
  });
}

await assertWithstands('ftp', 6000);
await assertWithstands('https', 2500);
await assertWithstands('sftp', 1500);
