// Rotation of key bags on paper: what the next step is, that it can be interrupted anywhere, and given up before the end.
import t from 'tap';
import type { Manifest } from '#commlink/configuration/blocks/manifest.ts';
import { openNodeSections } from '#commlink/configuration/blocks/open-node-sections.ts';
import type { ClusterStatus, MemberStatus } from '#commlink/methods/operator-methods.ts';
import { composeActivation, composeJoin } from '#commlink/operator/compose-membership.ts';
import { composeInvitation } from '#commlink/operator/compose-invitation.ts';
import { composeRotationStep } from '#commlink/operator/compose-rotation-step.ts';
import { createTicketSecret } from '#commlink/operator/join-ticket.ts';
import {
  findGoal,
  planAbort,
  planRotation,
  rotationDueAtMs,
  type RotationPlan,
} from '#commlink/operator/rotation.ts';
import { createNodeKeys } from '#commlink/node-keys.ts';
import {
  editionOf,
  follow,
  ftpNodeEntry,
  idOf,
  identityOf,
  joinRequest,
  keysOf,
  makeCluster,
  nowMs,
  type HeldBlock,
} from '../configuration/composed-cluster.ts';

const { operators, keys, genesis } = await makeCluster();

/** How the cluster stands when everybody has installed `block`, but for the changes by node name. */
function statusOf(
  block: HeldBlock,
  changes: Readonly<Record<string, Partial<MemberStatus>>> = {},
): ClusterStatus {
  const { manifest, version } = block;
  return {
    cluster: manifest.cluster,
    node: manifest.anchor,
    installed: version,
    candidate: null,
    members: manifest.members.map(({ name, role, state, id }) => ({
      name,
      role,
      state,
      id,
      inBarrier: false,
      heardAgoMs: 0,
      installed: version,
      candidate: null,
      phase: 'idle',
      declining: false,
      links: [],
      refusal: null,
      ...changes[name],
    })),
    links: manifest.links,
    joinRequests: [],
    proposals: [],
    refused: {},
  };
}

const namesOf = (manifest: Manifest): ((id: string) => string) => {
  const names = new Map(manifest.members.map(({ id, name }) => [id, name]));
  return (id) => names.get(id) ?? id;
};

/** Runs a rotation to its end, like the command: plans, publishes, until it is done. Returns the steps. */
async function rotate(start: HeldBlock, node: string | null): Promise<{ block: HeldBlock; steps: string[] }> {
  const goal = findGoal(start.manifest, node);
  const steps: string[] = [];
  let block = start;
  for (;;) {
    const plan: RotationPlan = planRotation(block.manifest, statusOf(block), goal);
    if (plan.next === 'done' || plan.next === 'wait') return { block, steps: [...steps, plan.next] };
    steps.push(plan.next);
    block = await step(block, plan.next, plan.links);
  }
}

async function step(
  block: HeldBlock,
  name: 'accept' | 'send' | 'retire' | 'abort',
  links?: readonly { from: string; to: string }[],
): Promise<HeldBlock> {
  const change = links ? { step: name, links } : { step: name };
  return follow(block, await composeRotationStep(editionOf(block), change), operators);
}

void t.test('three versions replace the keys of all links', async (t) => {
  const { block, steps } = await rotate(genesis, null);
  t.same(steps, ['accept', 'send', 'retire', 'done']);
  for (const { accept, send } of block.manifest.links) t.same([accept, send], [[2], 2]);
  const opened = await openNodeSections({ ...block, keys: keysOf(keys, 'web1'), role: 'web-front' });
  const before = await openNodeSections({ ...genesis, keys: keysOf(keys, 'web1'), role: 'web-front' });
  t.notSame(opened.bags[0]?.generations[0]?.keys, before.bags[0]?.generations[0]?.keys);
  t.notOk(
    block.sections.some(({ id }) => id.startsWith('bag.') && id.endsWith('.1')),
    'the old keys are in no section any more',
  );
});

void t.test('a number is never used again, over any number of rotations', async (t) => {
  const second = (await rotate(genesis, null)).block;
  const third = (await rotate(second, null)).block;
  t.same(
    third.manifest.links.map(({ send }) => send),
    [5, 5],
  );
});

void t.test('interrupted after any step it goes on from there', async (t) => {
  const accepting = await step(genesis, 'accept');
  t.match(findGoal(accepting.manifest, null), { resumed: true });
  t.same((await rotate(accepting, null)).steps, ['send', 'retire', 'done']);
  const sending = await step(accepting, 'send');
  t.same((await rotate(sending, null)).steps, ['retire', 'done']);
  t.match(findGoal((await step(sending, 'retire')).manifest, null), { resumed: false });
});

void t.test('one node’s links can be rotated alone', async (t) => {
  const { block, steps } = await rotate(genesis, 'ftp1');
  t.same(steps, ['accept', 'send', 'retire', 'done']);
  const name = namesOf(block.manifest);
  t.same(
    block.manifest.links.map(({ from, to, send }) => [name(from), name(to), send]),
    [
      ['web1', 'db1', 1],
      ['ftp1', 'web1', 2],
    ],
  );
  t.same((await rotate(block, 'nobody')).steps, ['done']);
});

void t.test('links that stand at different steps are all brought to the end', async (t) => {
  const ofFtp = genesis.manifest.links.filter(({ from }) => from === idOf(genesis, 'ftp1'));
  const partly = await step(genesis, 'accept', ofFtp);
  const mixed = await step(
    partly,
    'accept',
    genesis.manifest.links.filter((link) => !ofFtp.includes(link)),
  );
  const sent = await step(mixed, 'send', ofFtp);
  const { block, steps } = await rotate(sent, null);
  t.same(steps, ['send', 'retire', 'done']);
  t.ok(block.manifest.links.every(({ accept }) => accept.length === 1));
});

void t.test('nothing is retired while anybody reports a link of the old generation', async (t) => {
  const sending = await step(await step(genesis, 'accept'), 'send');
  const goal = findGoal(sending.manifest, null);
  const planned = (status: ClusterStatus): RotationPlan => planRotation(sending.manifest, status, goal);
  const reports = (generation: number, count: number): ClusterStatus =>
    statusOf(sending, { web1: { links: [{ peer: idOf(genesis, 'ftp1'), generation, count }] } });
  t.same(planned(reports(1, 2)), {
    next: 'wait',
    waitingFor: [{ node: 'web1', why: 'old_links', peer: 'ftp1', generation: 1, count: 2 }],
  });
  t.equal(planned(reports(1, 0)).next, 'retire');
  t.equal(planned(reports(2, 2)).next, 'retire');
});

void t.test('no step is taken before everybody has installed the one before', async (t) => {
  const accepting = await step(genesis, 'accept');
  const goal = findGoal(accepting.manifest, null);
  const behind = statusOf(accepting, { ftp1: { installed: genesis.version }, db1: { installed: null } });
  t.same(planRotation(accepting.manifest, behind, goal), {
    next: 'wait',
    waitingFor: [
      { node: 'db1', why: 'not_heard', peer: null, generation: null, count: 0 },
      { node: 'ftp1', why: 'not_installed', peer: null, generation: null, count: 0 },
    ],
  });
});

void t.test('given up, it goes back to the old keys, and its number is burned', async (t) => {
  const sending = await step(await step(genesis, 'accept'), 'send');
  const plan = planAbort(sending.manifest, statusOf(sending), null);
  t.equal(plan.next, 'abort');
  const back = await step(sending, 'abort');
  t.same(
    back.manifest.links.map(({ accept, send }) => [accept, send]),
    [
      [[1, 2], 1],
      [[1, 2], 1],
    ],
  );
  const used = statusOf(back, { web1: { links: [{ peer: idOf(genesis, 'db1'), generation: 2, count: 1 }] } });
  t.match(planAbort(back.manifest, used, null), { next: 'wait', waitingFor: [{ generation: 2 }] });
  t.equal(planAbort(back.manifest, statusOf(back), null).next, 'abort');
  const over = await step(back, 'abort');
  t.same(
    over.manifest.links.map(({ accept, send }) => [accept, send]),
    [
      [[1], 1],
      [[1], 1],
    ],
  );
  t.same(planAbort(over.manifest, statusOf(over), null), { next: 'done' });
  await t.rejects(composeRotationStep(editionOf(over), { step: 'abort' }), { code: 'nothing_to_do' });
  const again = await step(over, 'accept');
  t.same(again.manifest.links[0]?.accept, [1, 6], 'generation 2 does not come back');
});

void t.test('a step that no link can take is refused', async (t) => {
  for (const name of ['send', 'retire', 'abort'] as const)
    await t.rejects(composeRotationStep(editionOf(genesis), { step: name }), { code: 'nothing_to_do' });
  const accepting = await step(genesis, 'accept');
  await t.rejects(composeRotationStep(editionOf(accepting), { step: 'retire' }), { code: 'nothing_to_do' });
  const full = await step(accepting, 'accept');
  await t.rejects(composeRotationStep(editionOf(full), { step: 'accept' }), { code: 'nothing_to_do' });
});

void t.test('a learner’s links take no part until it is active', async (t) => {
  const { ticket, secret } = createTicketSecret();
  const invitation = {
    ticket,
    name: 'ftp2',
    role: 'ftp-node' as const,
    contact: idOf(genesis, 'web1'),
    expiresAtMs: nowMs + 1000,
  };
  const invited = await follow(
    genesis,
    await composeInvitation(editionOf(genesis), { invitation, secret }),
    operators,
  );
  const { policy, nodes } = invited.configuration;
  const joined = await follow(
    invited,
    await composeJoin(editionOf(invited), {
      request: joinRequest(createNodeKeys(), { ticket, name: 'ftp2', role: 'ftp-node' }),
      identity: identityOf('ftp2'),
      configuration: { policy, nodes: { ...nodes, ftp2: ftpNodeEntry('10.0.0.4') } },
    }),
    operators,
  );
  const sendOf = (block: HeldBlock): unknown =>
    block.manifest.links.find(({ from }) => from === idOf(joined, 'ftp2'))?.send;
  const asLearner = (await rotate(joined, null)).block;
  t.equal(sendOf(asLearner), 3);
  const active = await follow(
    asLearner,
    await composeActivation(editionOf(asLearner), { node: 'ftp2' }),
    operators,
  );
  t.equal(sendOf((await rotate(active, null)).block), active.version.seq + 1);
});

void t.test('a rotation is due when the oldest key in use has the age of the policy', async (t) => {
  t.equal(rotationDueAtMs(genesis.manifest), nowMs + 30 * 86_400_000);
  const { policy } = genesis.manifest;
  t.equal(rotationDueAtMs({ ...genesis.manifest, policy: { ...policy, rotateEveryDays: null } }), null);
  t.equal(rotationDueAtMs({ ...genesis.manifest, links: [] }), null);
  const accepting = await step(genesis, 'accept');
  t.equal(
    rotationDueAtMs(accepting.manifest),
    rotationDueAtMs(genesis.manifest),
    'new keys in reserve change nothing',
  );
  const draft = await composeRotationStep(editionOf(accepting, { nowMs: nowMs + 1000 }), { step: 'send' });
  t.equal(rotationDueAtMs(draft.manifest), nowMs + 1000 + 30 * 86_400_000);
});
