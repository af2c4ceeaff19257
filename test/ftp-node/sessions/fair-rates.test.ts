// How bandwidth is shared: max-min fairness, checked by its definition on random cases too.
import t from 'tap';
import { shareFairly, type SharedLimit } from '#ftp-node/sessions/fair-rates.ts';

const cases: [what: string, demands: number[], limits: SharedLimit[], rates: number[]][] = [
  ['nobody', [], [{ bytesPerSecond: 5, members: [] }], []],
  ['no limit', [Infinity, 7], [], [Infinity, 7]],
  ['equal shares', [Infinity, Infinity], [{ bytesPerSecond: 10, members: [0, 1] }], [5, 5]],
  [
    'what one cannot use is for the others',
    [2, Infinity, Infinity],
    [{ bytesPerSecond: 10, members: [0, 1, 2] }],
    [2, 4, 4],
  ],
  [
    'an account with many transfers gets no more than its limit',
    [Infinity, Infinity, Infinity],
    [
      { bytesPerSecond: 12, members: [0, 1, 2] },
      { bytesPerSecond: 4, members: [0, 1] },
    ],
    [2, 2, 8],
  ],
  [
    'limits that cross',
    [Infinity, Infinity, Infinity],
    [
      { bytesPerSecond: 6, members: [0, 1] },
      { bytesPerSecond: 4, members: [1, 2] },
    ],
    [4, 2, 2],
  ],
];
for (const [what, demands, limits, rates] of cases)
  t.test(what, async (t) => {
    t.same(shareFairly(demands, limits), rates);
  });

t.test(
  'no limit is exceeded, and nobody could have more without taking from one that has no more',
  async (t) => {
    let seed = 1;
    const random = (below: number): number => {
      seed = (seed * 48_271) % 2_147_483_647;
      return seed % below;
    };
    for (let round = 0; round < 300; round += 1) {
      const demands = Array.from({ length: 1 + random(12) }, () =>
        random(3) === 0 ? 1 + random(50) : Infinity,
      );
      const limits = Array.from({ length: 1 + random(6) }, () => ({
        bytesPerSecond: 1 + random(100),
        members: demands.map((_, index) => index).filter(() => random(2) === 0),
      }));
      const rates = shareFairly(demands, limits);
      const used = limits.map(({ members }) => members.reduce((sum, member) => sum + rates[member]!, 0));
      limits.forEach(({ bytesPerSecond }, index) => t.ok(used[index]! <= bytesPerSecond * 1.000001));
      rates.forEach((rate, index) => {
        const wantsNoMore = rate >= demands[index]! * 0.999999;
        const isHeld = limits.some(
          ({ bytesPerSecond, members }, limit) =>
            members.includes(index) &&
            used[limit]! >= bytesPerSecond * 0.999999 &&
            members.every((member) => rates[member]! <= rate * 1.000001),
        );
        t.ok(wantsNoMore || isHeld || rate === Infinity);
      });
    }
  },
);

t.test('four thousand transfers of four thousand accounts are shared out in a moment', async (t) => {
  const demands = Array.from({ length: 4000 }, (_, index) => 1 + (index % 100));
  const indices = demands.map((_, index) => index);
  const limits = [
    { bytesPerSecond: 50_000, members: indices },
    ...indices.map((index) => ({ bytesPerSecond: 30, members: [index] })),
  ];
  const startedAt = performance.now();
  shareFairly(demands, limits);
  t.ok(performance.now() - startedAt < 1000);
});
