// What operators hand in at a node: refusals with their codes, two at once, withdrawal, two of three signatures.
import t from 'tap';
import { StartupError } from '#commlink/process-lifecycle.ts';
import { composeSettingsChange } from '#commlink/operator/compose-settings-change.ts';
import { composeEviction } from '#commlink/operator/compose-membership.ts';
import { createOperatorKeys } from '#commlink/operator/operator-keys.ts';
import { publishVersion } from '#commlink/operator/publish.ts';
import { readEdition } from '#commlink/operator/read-installed.ts';
import { signDraft, type Draft, type Edition, type SignedDraft } from '#commlink/operator/draft.ts';
import { signManifest } from '#commlink/configuration/blocks/signed-manifest.ts';
import { nothingPrepared } from '../../rig/plain-room.ts';
import { allInstalled, changePatience, publish, threeNodes, within } from './three-nodes.ts';
import type { TestNode, ThreeNodes } from './three-nodes.ts';

async function draftAt(
  cluster: ThreeNodes,
  { client }: TestNode,
  compose: (edition: Edition) => Promise<Draft> = changePatience(1234),
): Promise<Draft> {
  return compose(await readEdition(client, { operator: cluster.configured.operator, reason: 'A test.' }));
}

t.test(
  'what is handed in is refused with the reason, counted and reported, and changes nothing',
  async (t) => {
    const cluster = await threeNodes(t);
    const { db1, web1, ftp1 } = await cluster.startAll();
    const operator = cluster.configured.operator;
    const draft = await draftAt(cluster, db1);
    const stranger = createOperatorKeys('stranger');
    const good = signDraft(draft, operator);
    const cases: Record<string, SignedDraft> = {
      bad_signature: signDraft(draft, stranger),
      too_few_signatures: { ...good, manifest: { ...good.manifest, signatures: [] } },
      wrong_cluster: signDraft({ ...draft, manifest: { ...draft.manifest, cluster: 'other' } }, operator),
      missing_section: { ...good, sections: good.sections.slice(1) },
      malformed: { ...good, manifest: { ...good.manifest, payload: 'e30' } },
      not_a_successor: signDraft(
        { ...draft, manifest: { ...draft.manifest, barrier: [draft.manifest.anchor] } },
        operator,
      ),
      stale: signDraft(
        {
          ...draft,
          manifest: { ...draft.manifest, parent: { seq: 1, digest: 'A'.repeat(43) } },
        },
        operator,
      ),
    };
    for (const [code, submission] of Object.entries(cases)) {
      const answer = await db1.client.call('config.submit', submission);
      t.match(answer, { accepted: false, code, reason: String }, code);
      t.equal(db1.node.status().refused[code], 1, `${code} is counted`);
      t.match(db1.events.at(-1), { type: 'refused', code }, `${code} is reported`);
    }
    for (const { node } of [db1, web1, ftp1]) {
      t.equal(node.configuration.version.seq, 1);
      t.equal(node.status().candidate, null);
      t.equal(node.admission.isOpen, true);
    }
    t.strictSame(db1.node.status().proposals, []);
  },
);

t.test('of two operators at once one wins, and the other is told to look', async (t) => {
  const cluster = await threeNodes(t);
  const nodes = await cluster.startAll();
  const operator = cluster.configured.operator;
  const all = Object.values(nodes);
  const drafts = await Promise.all([
    draftAt(cluster, nodes.db1, changePatience(111)),
    draftAt(cluster, nodes.ftp1, changePatience(222)),
  ]);
  const signal = AbortSignal.timeout(15_000);
  const results = await Promise.allSettled([
    publishVersion(nodes.db1.client, drafts[0], { operator, signal }),
    publishVersion(nodes.ftp1.client, drafts[1], { operator, signal }),
  ]);
  t.strictSame(
    results.map(({ status }) => status).toSorted(),
    ['fulfilled', 'rejected'],
    'exactly one is in force',
  );
  const lost = results.find((result) => result.status === 'rejected');
  t.match(lost?.reason, { code: /superseded|stale/ });
  await allInstalled(all, 2);
  t.equal(new Set(all.map(({ node }) => node.configuration.version.digest)).size, 1);
});

t.test('the same submission twice is no error, and a number under way is not taken twice', async (t) => {
  const cluster = await threeNodes(t);
  const { db1, web1, ftp1 } = await cluster.startAll();
  const operator = cluster.configured.operator;
  const submission = signDraft(await draftAt(cluster, db1), operator);
  const rival = signDraft(await draftAt(cluster, db1, changePatience(77)), operator);
  const answers = await Promise.all([
    db1.client.call('config.submit', submission),
    db1.client.call('config.submit', submission),
    db1.client.call('config.submit', rival),
  ]);
  t.match(answers, [{ accepted: true }, { accepted: true }, { accepted: false, code: 'stale' }]);
  await allInstalled([db1, web1, ftp1], 2);
  t.match(await db1.client.call('config.submit', submission), { accepted: true, signaturesMissing: 0 });
  const late = await db1.client.call('config.submit', rival);
  t.match(late, { accepted: false, code: 'stale', reason: /Version 2 was published meanwhile by operator1/ });
});

t.test('nothing is published while a member whose consent it needs is silent', async (t) => {
  const cluster = await threeNodes(t);
  const { db1, web1, ftp1 } = await cluster.startAll();
  await ftp1.stop();
  await within(5000, 'it is missed', () =>
    db1.node.status().members.some(({ name, heardAgoMs }) => name === 'ftp1' && (heardAgoMs ?? 0) > 1100),
  );
  await t.rejects(publish(cluster, db1, changePatience(55)), { code: 'not_heard', message: /ftp1/ });
  t.equal(db1.node.status().candidate, null, 'nobody declines for a member that is dead');
  await publish(cluster, db1, (edition) => composeEviction(edition, { nodes: ['ftp1'] }));
  await allInstalled([db1, web1], 2);
});

t.test('a version that a member cannot take is withdrawn with its reason', async (t) => {
  const cluster = await threeNodes(t);
  const refusing = { isOn: true };
  const [db1, web1, ftp1] = [
    await cluster.start('db1'),
    await cluster.start('web1'),
    await cluster.start('ftp1', async (next) => {
      if (refusing.isOn && next.policy.patienceMs === 666)
        throw new StartupError('PORT_TAKEN', 'Port 21 is taken. Choose another.');
      return nothingPrepared();
    }),
  ];
  await within(8000, 'all heard', () =>
    [db1, web1, ftp1].every(({ node }) =>
      node.status().members.every(({ heardAgoMs }) => heardAgoMs !== null),
    ),
  );
  await t.rejects(publish(cluster, db1, changePatience(666)), {
    code: 'refused_by_member',
    message: /ftp1 can't take this change: Port 21 is taken/,
  });
  t.match(
    ftp1.events.find(({ type }) => type === 'refused'),
    { code: 'port_taken' },
  );
  await allInstalled([db1, web1, ftp1], 3);
  t.equal(db1.node.configuration.policy.patienceMs, 2000);

  await t.test('at once when the asked node itself cannot take it, and nobody hears of it', async (t) => {
    await t.rejects(publish(cluster, ftp1, changePatience(666)), { code: 'port_taken' });
    t.equal(ftp1.node.status().candidate, null);
    t.equal(db1.node.configuration.version.seq, 3);
  });
  await publish(cluster, ftp1, changePatience(667));
  await allInstalled([db1, web1, ftp1], 4);
});

t.test('a version counts when two of three operators have signed it', async (t) => {
  const cluster = await threeNodes(t, { operatorCount: 3, threshold: 2 });
  const { db1, web1, ftp1 } = await cluster.startAll();
  const [first, second] = cluster.configured.operators;
  if (!first || !second) throw new Error('There are too few operators.');
  const draft = await draftAt(cluster, db1, async (edition) => {
    const { policy, nodes } = edition.installed.configuration;
    return composeSettingsChange(edition, { policy: { ...policy, patienceMs: 1 }, nodes });
  });
  const signed = signDraft(draft, first);
  const answer = await db1.client.call('config.submit', signed);
  t.match(answer, { accepted: true, signaturesMissing: 1 });
  t.match(db1.node.status().proposals, [{ signers: ['operator1'], signaturesMissing: 1 }]);
  t.match(db1.events.at(-1), { type: 'proposed', by: 'operator1' });
  t.equal(web1.node.status().candidate, null, 'one signature moves nobody');

  if (!answer.accepted) return;
  const { version } = answer;
  const forged = { operator: second.id, signature: signManifest('AAAA', second).signature };
  t.match(await db1.client.call('config.sign', { version, signature: forged }), {
    accepted: false,
    code: 'bad_signature',
  });
  await db1.stop();
  const again = await cluster.start('db1');
  t.equal(again.node.status().proposals.length, 1, 'a proposal outlives its node');
  const shown = await again.client.call('config.block', { version, recipient: second.id });
  t.equal(shown.manifest.payload, signed.manifest.payload, 'the other operator can read what to sign');
  t.match(shown.sections, [{ id: 'configuration' }]);
  await within(8000, 'all heard', () =>
    again.node.status().members.every(({ heardAgoMs }) => heardAgoMs !== null),
  );
  const signature = signManifest(shown.manifest.payload, second);
  t.match(await again.client.call('config.sign', { version, signature }), { signaturesMissing: 0 });
  await allInstalled([again, web1, ftp1], 2);
  await within(2000, 'the proposal is over', () => again.node.status().proposals.length === 0);
  const { versions } = await again.client.call('config.history', {});
  t.match(versions[0], { signers: ['operator1', 'operator2'], version: { seq: 2 } });
});
