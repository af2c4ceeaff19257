// What a beat shows: news, an old message, or two machines with one identity.
import t from 'tap';
import { judgeBeat } from '#internal-db/fleet/beats/judge-beat.ts';

const known = {
  counter: 7,
  nonce: 'known',
  sentAtMs: 1_000_000,
  bootId: 'boot-3',
  olderBoots: ['boot-1', 'boot-2'],
};
const next = { counter: 8, nonce: 'next', sentAtMs: 1_900_000, bootId: 'boot-3' };

t.test('each beat by what is known', (t) => {
  const verdict = (beat: Partial<typeof next>) => judgeBeat({ ...next, ...beat }, known);
  t.equal(verdict({}), 'news');
  t.equal(verdict({ bootId: 'boot-4', sentAtMs: 5 }), 'news', 'a clock that is wrong after a start');
  t.equal(verdict({ counter: 7, nonce: 'known' }), 'repeated');
  t.equal(verdict({ counter: 6, sentAtMs: 900_000 }), 'stale', 'an older message that came late');
  t.equal(verdict({ bootId: 'boot-2' }), 'cloned', 'a start that another one has followed');
  t.equal(verdict({ counter: 6 }), 'cloned', 'an old number, said later');
  t.equal(verdict({ counter: 7 }), 'cloned', 'a number that was said');
  t.equal(verdict({ counter: 7, sentAtMs: 5 }), 'cloned', 'also by a machine whose clock is slow');
  t.end();
});
