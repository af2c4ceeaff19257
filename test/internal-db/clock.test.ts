// The clock that never goes backwards. Only the machine's clock is faked here.
import t, { type Test } from 'tap';
import { createClock, toWallMs } from '#internal-db/clock.ts';

const fakeWall = (t: Test, startMs: number) => {
  const wall = { nowMs: startMs };
  const { now } = Date;
  Date.now = () => wall.nowMs;
  t.teardown(() => {
    Date.now = now;
  });
  return wall;
};

t.test('time goes on when the machine\u2019s clock jumps back, and follows it again later', async (t) => {
  const wall = fakeWall(t, 5_000_000);
  const clock = createClock(0);
  t.equal(clock.nowMs(), 5_000_000);
  wall.nowMs -= 3_600_000;
  const first = clock.nowMs();
  t.ok(first >= 5_000_000);
  await new Promise((resolve) => setTimeout(resolve, 30));
  t.ok(clock.nowMs() >= first + 20, 'it does not stand still');
  t.ok(Math.abs(clock.behindMs() - 3_600_000) < 1000);
  t.ok(
    Math.abs(toWallMs(clock, clock.nowMs()) - wall.nowMs) < 1000,
    'documents have the wall clock\u2019s time',
  );
  wall.nowMs = 6_000_000;
  t.equal(clock.nowMs(), 6_000_000);
  t.equal(clock.behindMs(), 0);
  t.equal(toWallMs(clock, 7), 7);
});

t.test('the highest time seen holds over a restart', async (t) => {
  fakeWall(t, 1_000_000);
  const clock = createClock(9_000_000);
  t.ok(clock.nowMs() >= 9_000_000);
  t.equal(clock.wallMs(), 1_000_000);
});
