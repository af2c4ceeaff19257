// Growing delays after failed sign-ins, with a clock of the test's own.
import t from 'tap';
import { parseNetwork } from '#commlink/ip-network.ts';
import {
  failureDelayFirstMs,
  failureDelayMaxMs,
  failureKeysMax,
  failureMemoryMs,
  freeFailuresPerAddress,
  freeFailuresPerName,
  freeFailuresPerNameAndAddress,
} from '#internal-db/limits.ts';
import { FailureThrottle } from '#internal-db/passwords/failure-throttle.ts';

const setUp = () => {
  const time = { nowMs: 1_000_000 };
  const ended: string[] = [];
  const watch = {
    failed: ({ name, address }: { name: string; address: string }) =>
      void ended.push(`failed ${name} ${address}`),
    succeeded: ({ name }: { name: string }) => void ended.push(`succeeded ${name}`),
  };
  return { time, ended, throttle: new FailureThrottle(() => time.nowMs, watch) };
};
const jo = { door: 'portal', name: 'jo', address: '10.0.0.1' };

t.test('the delay doubles after the free failures, up to a maximum', async (t) => {
  const { time, throttle } = setUp();
  for (let failure = 0; failure <= freeFailuresPerNameAndAddress; failure += 1) {
    t.equal(throttle.begin(jo).admitted, true, `attempt ${failure + 1}`);
  }
  let expectedMs = failureDelayFirstMs;
  for (let round = 0; round < 12; round += 1) {
    t.match(throttle.begin(jo), { admitted: false, retryAfterMs: expectedMs });
    time.nowMs += expectedMs;
    t.equal(throttle.begin(jo).admitted, true, `after ${expectedMs} ms`);
    expectedMs = Math.min(failureDelayMaxMs, expectedMs * 2);
  }
});

t.test('what failed from a network is forgotten at once, and nothing else', (t) => {
  const { throttle } = setUp();
  const overIpv6 = { ...jo, name: 'lee', address: '2001:db8:0:1::5' };
  const elsewhere = { ...jo, name: 'kim', address: '10.0.1.1' };
  for (const origin of [jo, overIpv6, elsewhere]) {
    for (let failure = 0; failure <= freeFailuresPerNameAndAddress; failure += 1) throttle.begin(origin);
    t.equal(throttle.begin(origin).admitted, false);
  }
  for (const text of ['10.0.0.0/24', '2001:db8:0:1::/64']) {
    const network = parseNetwork(text);
    if (network !== null) throttle.forget(network);
  }
  for (const origin of [jo, overIpv6]) t.equal(throttle.begin(origin).admitted, true, origin.address);
  t.equal(throttle.begin(elsewhere).admitted, false);
  t.end();
});

t.test('attempts at the same time count from their beginning', async (t) => {
  const { throttle } = setUp();
  const admitted = Array.from({ length: 100 }, () => throttle.begin(jo)).filter((one) => one.admitted);
  t.equal(admitted.length, freeFailuresPerNameAndAddress + 1);
});

t.test('a success forgets this name from this address; a withdrawal only itself', async (t) => {
  const { throttle } = setUp();
  for (let failure = 0; failure < freeFailuresPerNameAndAddress; failure += 1) throttle.begin(jo);
  const withdrawn = throttle.begin(jo);
  if (withdrawn.admitted) withdrawn.withdrawn();
  const succeeded = throttle.begin(jo);
  t.equal(succeeded.admitted, true);
  if (succeeded.admitted) succeeded.succeeded();
  for (let failure = 0; failure <= freeFailuresPerNameAndAddress; failure += 1) {
    t.equal(throttle.begin(jo).admitted, true);
  }
  t.equal(throttle.begin(jo).admitted, false);
});

t.test('all addresses of one IPv6 network count as one', async (t) => {
  const { throttle } = setUp();
  for (let index = 0; index <= freeFailuresPerAddress; index += 1)
    throttle.begin({ ...jo, name: `user-${index}`, address: `2001:db8:0:1::${index}` });
  t.equal(throttle.begin({ ...jo, name: 'another', address: '2001:db8:0:1:ffff::' }).admitted, false);
  t.equal(throttle.begin({ ...jo, name: 'another', address: '2001:db8:0:2::1' }).admitted, true);
});

t.test('many names from one address, and one name from many addresses, are slowed down too', async (t) => {
  const spraying = setUp().throttle;
  for (let index = 0; index <= freeFailuresPerAddress; index += 1)
    spraying.begin({ ...jo, name: `user-${index}` });
  t.equal(spraying.begin({ ...jo, name: 'another' }).admitted, false);
  t.equal(spraying.begin({ ...jo, name: 'another', address: '10.0.0.2' }).admitted, true);
  const distributed = setUp().throttle;
  for (let index = 0; index <= freeFailuresPerName; index += 1) {
    distributed.begin({ ...jo, address: `10.1.0.${index}` });
  }
  t.equal(distributed.begin({ ...jo, address: '10.2.0.1' }).admitted, false);
});

t.test('the doors are apart, and quiet keys are forgotten', async (t) => {
  const { time, throttle } = setUp();
  for (let failure = 0; failure <= freeFailuresPerNameAndAddress; failure += 1) throttle.begin(jo);
  t.equal(throttle.begin({ ...jo, door: 'node' }).admitted, true);
  time.nowMs += failureMemoryMs + failureDelayMaxMs;
  for (let failure = 0; failure <= freeFailuresPerNameAndAddress; failure += 1) {
    t.equal(throttle.begin(jo).admitted, true);
  }
});

t.test('memory is bounded', async (t) => {
  const { throttle } = setUp();
  for (let failure = 0; failure <= freeFailuresPerNameAndAddress; failure += 1) throttle.begin(jo);
  t.equal(throttle.begin(jo).admitted, false);
  for (let index = 0; index < failureKeysMax; index += 1) {
    throttle.begin({ door: 'portal', name: `n${index}`, address: `a${index}` });
  }
  t.equal(throttle.begin(jo).admitted, true, 'the oldest was forgotten');
});

t.test('the watch is told how attempts end, and of nobody who is refused for what others did', async (t) => {
  const { ended, throttle } = setUp();
  const succeed = throttle.begin(jo);
  if (succeed.admitted) succeed.succeeded();
  const fail = throttle.begin(jo);
  if (fail.admitted) fail.failed();
  t.same(ended.splice(0), ['succeeded jo', 'failed jo 10.0.0.1'], 'a mere beginning is no end');
  for (let index = 0; index < freeFailuresPerNameAndAddress; index += 1) throttle.begin(jo);
  t.equal(throttle.begin(jo).admitted, false);
  t.equal(throttle.begin({ ...jo, isQuestion: true }).admitted, false);
  t.same(
    ended.splice(0),
    ['failed jo 10.0.0.1'],
    'who goes on in spite of the delay fails; a question does not',
  );
  for (let index = 0; index <= freeFailuresPerName; index += 1)
    throttle.begin({ ...jo, address: `10.0.1.${index}` });
  t.equal(throttle.begin({ ...jo, address: '10.0.0.2' }).admitted, false);
  for (let index = 0; index <= freeFailuresPerAddress; index += 1)
    throttle.begin({ ...jo, name: `user-${index}`, address: '10.0.0.3' });
  t.equal(throttle.begin({ ...jo, name: 'ann', address: '10.0.0.3' }).admitted, false);
  t.same(ended, [], 'neither a name that others guess at, nor an address that others share');
});
