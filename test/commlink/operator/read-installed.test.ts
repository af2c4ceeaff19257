// What an operator's change starts from, when the asked node repeats what a lying member says.
import t from 'tap';
import { nextSeq } from '#commlink/operator/compose-version.ts';
import { readEdition, type OperatorClient } from '#commlink/operator/read-installed.ts';
import { makeCluster } from '../configuration/composed-cluster.ts';

const { operators, genesis } = await makeCluster();
const [operator] = operators as [(typeof operators)[number]];
const digest = 'A'.repeat(43);

/** A node that shows the first version, and says that a member refuses one with this number. */
function nodeWithRefusal(seq: number): OperatorClient {
  const refusal = { version: { seq, digest }, code: 'port_taken', reason: 'A test.' };
  const status = { installed: genesis.version, candidate: null, members: [{ refusal }], proposals: [] };
  const block = { manifest: genesis.signed, sections: genesis.sections };
  const call = async (method: string): Promise<unknown> => (method === 'config.block' ? block : status);
  return { call } as unknown as OperatorClient;
}

const rows: readonly [what: string, reported: number, next: number][] = [
  ['passes over a number that a withdrawn version had', 7, 8],
  ['passes over the highest one that can be genuine', 1001, 1002],
  ['does not follow a member that names one far ahead', 1002, 2],
  ['does not let a member use up all numbers', Number.MAX_SAFE_INTEGER, 2],
];
for (const [what, reported, next] of rows)
  void t.test(`a new version ${what}`, async (t) => {
    const edition = await readEdition(nodeWithRefusal(reported), { operator, reason: 'A test.' });
    t.equal(nextSeq(edition), next);
  });
