// Places among those who follow deliveries: bounded for each session, each account and in all; given back once.
import t from 'tap';
import { WatchPlaces } from '#web-front/delivery/watch-places.ts';
import { watchLimits } from '#web-front/limits.ts';

const refused = { name: 'PortalProblem', code: 'rate_limited' };

t.test('an account has a bounded number of places, however many sessions ask', async (t) => {
  const places = new WatchPlaces();
  const taken = Array.from({ length: watchLimits.openPerAccountMax }, () => places.takeOfAccount('acc_one'));
  t.throws(() => places.takeOfAccount('acc_one'), refused);
  t.doesNotThrow(() => places.takeOfAccount('acc_two'), 'others are not touched');
  taken[0]?.();
  taken[0]?.();
  places.takeOfAccount('acc_one');
  t.throws(() => places.takeOfAccount('acc_one'), refused, 'a place is given back once');
});

t.test('a session, and all together, have a bounded number of places', async (t) => {
  const places = new WatchPlaces();
  const [first] = Array.from({ length: watchLimits.openPerSessionMax }, () => places.take('one'));
  t.throws(() => places.take('one'), refused);
  first?.();
  first?.();
  places.take('one');
  t.throws(() => places.take('one'), refused);
  for (let count = watchLimits.openPerSessionMax; count < watchLimits.openMax; count += 1)
    places.take(`s${count}`);
  t.throws(() => places.take('last'), refused);
  const closed = new WatchPlaces();
  closed.close();
  t.throws(() => closed.take('any'), refused);
});
