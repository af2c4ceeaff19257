// How a publication goes on when members refuse the version, seen by an operator's tool at a node that is made up.
import t from 'tap';
import { followVersion } from '#commlink/operator/publish.ts';
import type { OperatorClient } from '#commlink/operator/read-installed.ts';
import { makeCluster } from '../configuration/composed-cluster.ts';

const { operators, genesis } = await makeCluster();
const [operator] = operators as [(typeof operators)[number]];
const version = { seq: 2, digest: 'A'.repeat(43) };
const refusal = { version, code: 'port_taken', reason: 'A test.' };
const member = {
  name: 'ftp1',
  id: 'B'.repeat(43),
  state: 'active',
  candidate: version,
  phase: 'idle',
  installed: genesis.version,
  refusal,
};

/** A node at which the version is under way, and installed when it is asked again. */
function nodeWith(inBarrier: boolean): { client: OperatorClient; methods: string[] } {
  const methods: string[] = [];
  let asked = 0;
  const status = () => {
    asked += 1;
    const installed = asked > 1 ? version : genesis.version;
    const members = asked > 1 ? [] : [{ ...member, inBarrier }];
    return { installed, candidate: asked > 1 ? null : version, members, proposals: [] };
  };
  const call = async (method: string): Promise<unknown> => {
    methods.push(method);
    if (method === 'config.submit') return { accepted: false, code: 'stale', reason: 'Tested enough.' };
    return method === 'config.block' ? { manifest: genesis.signed, sections: genesis.sections } : status();
  };
  return { client: { call } as unknown as OperatorClient, methods };
}

void t.test('a member that is to be evicted can not have the version withdrawn', async (t) => {
  const { client, methods } = nodeWith(false);
  await followVersion(client, version, { operator, until: 'installed' });
  t.notOk(methods.includes('config.submit'));
});

void t.test('a version is withdrawn for a member whose consent it needs', async (t) => {
  const { client } = nodeWith(true);
  await t.rejects(followVersion(client, version, { operator, until: 'installed' }), { code: 'stale' });
});
