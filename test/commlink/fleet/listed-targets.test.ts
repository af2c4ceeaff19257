// Thousands of packages are read, signed and verified in no time to speak of, and are to the library what its own targets would be.
import t from 'tap';
import { Metadata, MetadataKind } from '@tufjs/models';
import { bundleBytesMax } from '#commlink/fleet/limits.ts';
import { describeTargets } from '#commlink/fleet/tuf/describe-metadata.ts';
import { readTargets } from '#commlink/fleet/tuf/listed-targets.ts';
import { verifyBundle } from '#commlink/fleet/tuf/verify-bundle.ts';
import { nowMs, packageTarget, TwoRepositories, uid } from './two-repositories.ts';

const packageCount = 3000;
/** It takes a twentieth of this; target by target, as the library does it, ten times as long. */
const verifyMsMax = 10_000;

t.test('targets are read as the library reads them', async (t) => {
  const { packages, director } = new TwoRepositories();
  for (const text of [
    packages.targets([packageTarget]),
    packages.targets([]),
    director.targets([packageTarget]),
  ]) {
    const data = JSON.parse(text) as Parameters<typeof readTargets>[0];
    const [ours, theirs] = [readTargets(data), Metadata.fromJSON(MetadataKind.Targets, data)];
    t.same(ours.toJSON(), theirs.toJSON());
    t.same(ours.toJSON(), data);
    t.ok(theirs.signed.equals(ours.signed));
  }
  const { signed, ...rest } = JSON.parse(packages.targets([packageTarget])) as { signed: object };
  for (const targets of [null, [], 'x', { a: null }, { a: [] }, { a: { length: 1 } }])
    t.throws(
      () => readTargets({ ...rest, signed: { ...signed, targets } } as never),
      JSON.stringify(targets),
    );
});

t.test(`${packageCount} packages are verified`, async (t) => {
  const repositories = new TwoRepositories();
  const many = Array.from({ length: packageCount }, (_, index) => ({
    ...packageTarget,
    path: `tool/1.4.${index}/tool.cpk`,
  }));
  const { director } = repositories.bundle();
  const packages = repositories.packages.bundle([packageTarget, ...many.slice(1)], 1);
  t.ok(Buffer.byteLength(packages.targets) < bundleBytesMax);
  const bundle = { director, packages };
  const begunAtMs = performance.now();
  const verdict = verifyBundle({ trusted: repositories.enrolled(), bundle, uid, nowMs });
  const tookMs = performance.now() - begunAtMs;
  t.equal(verdict.accepted, true);
  t.ok(tookMs < verifyMsMax, `${Math.round(tookMs)} ms`);
  t.equal(describeTargets(packages.targets).length, packageCount);
});
