// `npm run fuzz -- --sessions 100000 --seed 1 --protocol ftp`: hostile sessions against a real node on the loopback address.
// Without --protocol, as many of each. Prints one JSON line for each protocol; exit code 1 says that something was wrong.
import { parseArgs } from 'node:util';
import { HostileNode } from './hostile-node.ts';
import { fuzzedProtocols, keptBytesPerSessionMax, runHostile, type HostileOutcome } from './run-hostile.ts';

const usageExitCode = 2;
const { values } = parseArgs({
  options: {
    sessions: { type: 'string', default: '10000' },
    seed: { type: 'string', default: '1' },
    protocol: { type: 'string' },
  },
});
const [sessionCount, seed] = [Number(values.sessions), Number(values.seed)];
const protocols = fuzzedProtocols.filter((name) => (values.protocol ?? name) === name);
if (protocols.length === 0 || !Number.isSafeInteger(sessionCount) || !Number.isSafeInteger(seed)) {
  process.stderr.write(
    `npm run fuzz -- [--sessions N] [--seed N] [--protocol ${fuzzedProtocols.join('|')}]\n`,
  );
  process.exit(usageExitCode);
}

function isRight(outcome: HostileOutcome): boolean {
  const { hasDied, hung, errors, serves, before, after } = outcome;
  return (
    !hasDied &&
    hung.length === 0 &&
    errors.length === 0 &&
    serves &&
    after.descriptorCount <= before.descriptorCount &&
    after.listenerCount <= before.listenerCount &&
    outcome.keptBytesPerSession.secondHalf <= keptBytesPerSessionMax
  );
}

const node = new HostileNode();
try {
  const target = await node.start();
  for (const protocol of protocols) {
    const outcome = await runHostile({ node, target, protocol, sessionCount, seed });
    process.stdout.write(
      `${JSON.stringify({ protocol, sessionCount, seed, right: isRight(outcome), ...outcome })}\n`,
    );
    if (!isRight(outcome)) process.exitCode = 1;
  }
} finally {
  await node.remove();
}
