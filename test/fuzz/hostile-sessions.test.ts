// Ten thousand hostile sessions against a real, jailed session server: it does not die or hang, gives back every descriptor,
// listener and connection, keeps nothing of them in its memory, logs no error, and serves an honest customer afterwards.
// Longer: `npm run fuzz`.
import t from 'tap';
import { HostileNode } from './hostile-node.ts';
import { keptBytesPerSessionMax, runHostile, type FuzzedProtocol } from './run-hostile.ts';

const mebibyte = 1024 * 1024;
// Beside the heap, which is looked at after a collection: what the C libraries keep, in pages that come and go.
const residentGrowthBytesMax = 100 * mebibyte;
const leakBytes = 10_000;
const descriptorSlack = 4;
const seed = 20_261_122;

const node = new HostileNode();
t.teardown(() => node.remove());
const target = await node.start();

async function assertWithstands(protocol: FuzzedProtocol, sessionCount: number): Promise<void> {
  await t.test(`${sessionCount} hostile sessions of ${protocol}`, async (t) => {
    const outcome = await runHostile({ node, target, protocol, sessionCount, seed });
    const { before, halfway, after, keptBytesPerSession } = outcome;
    t.equal(outcome.hasDied, false, 'the session server lived');
    t.strictSame(outcome.hung, [], 'every session came to an end');
    t.ok(
      after.descriptorCount <= before.descriptorCount + descriptorSlack,
      `descriptors: ${before.descriptorCount}, ${after.descriptorCount}`,
    );
    t.equal(after.listenerCount, before.listenerCount, 'its own doors listen, and nothing else');
    t.equal(after.sessionCount, 0, 'no session is left over');
    const kept = Object.values(keptBytesPerSession).map(Math.round).join(', then ');
    t.ok(keptBytesPerSession.secondHalf <= keptBytesPerSessionMax, `kept of each session: ${kept} bytes`);
    const resident = [before, halfway, after].map(({ residentBytes }) =>
      Math.round(residentBytes / mebibyte),
    );
    t.ok(
      after.residentBytes <= halfway.residentBytes + residentGrowthBytesMax,
      `memory: ${resident.join(', ')} MiB`,
    );
    t.strictSame(outcome.errors.slice(0, 3), [], 'nobody could cause an error');
    t.ok(outcome.serves, 'an honest customer is served');
  });
}

await assertWithstands('ftp', 6000);
await assertWithstands('https', 2500);
await assertWithstands('sftp', 1500);

t.test('a leak of 10 kB a session would be seen', async (t) => {
  const leaking = new HostileNode();
  t.teardown(() => leaking.remove());
  const target = await leaking.start({ leakBytes });
  const outcome = await runHostile({ node: leaking, target, protocol: 'https', sessionCount: 1000, seed });
  const { secondHalf } = outcome.keptBytesPerSession;
  t.ok(secondHalf > keptBytesPerSessionMax * 2, `kept of each session: ${Math.round(secondHalf)} bytes`);
});
