// The benchmark harness: its names, its exit code and its arithmetic. The benchmarks themselves are not run here.
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import t from 'tap';
import { benchmarks } from './benchmarks.ts';
import { compare, medianOf, quantileOf } from './benchmark.ts';

const main = path.join(import.meta.dirname, 'main.ts');

void t.test('without a known name it exits with 2 and lists the names', async (t) => {
  for (const args of [[], ['nothing'], ['constructor'], ['commlink', 'commlink']]) {
    const { status, stderr, stdout } = spawnSync(process.execPath, [main, ...args], { encoding: 'utf8' });
    t.equal(status, 2);
    t.equal(stdout, '');
    for (const name of benchmarks.keys()) t.match(stderr, name);
  }
});

void t.test("figures are compared as ours over the peer's", async (t) => {
  const row = { bench: 'b', case: 'c', metric: 'm', unit: 'u' };
  t.same(compare(row, 3, { peer: 'p', value: 2 }), { ...row, ours: 3, peer: 'p', peerValue: 2, ratio: 1.5 });
  t.same(compare(row, 3, null), { ...row, ours: 3, peer: null, peerValue: null, ratio: null });
  t.equal(medianOf([3, 1, 2]), 2);
  t.equal(
    quantileOf(
      Array.from({ length: 100 }, (_value, index) => index),
      0.99,
    ),
    99,
  );
});
