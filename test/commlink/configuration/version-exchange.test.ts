// Version messages: what a member that was taken over can say, and what a relay does for nodes without a link.
import t from 'tap';
import { openCommlink, type Commlink } from '#commlink/commlink.ts';
import { ConfigurationStore } from '#commlink/configuration/configuration-store.ts';
import { openVersion } from '#commlink/configuration/staged-change.ts';
import type { VersionMessage } from '#commlink/configuration/protocol/version-message.ts';
import { configurationMethods } from '#commlink/methods/configuration-methods.ts';
import { createNodeKeys, type NodeKeys } from '#commlink/node-keys.ts';
import { signDocument } from '#commlink/signed-document.ts';
import { recordingLog } from '../two-nodes.ts';
import { threeNodes, within, type ThreeNodes } from './three-nodes.ts';

/** A member's links without its node: what somebody has who has taken it over. */
async function takeOver({ configured }: ThreeNodes, name: string): Promise<Commlink> {
  const store = new ConfigurationStore(configured.bootstrap(name).configurationDirectory);
  const block = await store.readBlock((await store.readRecord()).installed);
  const keys = configured.keys(name);
  const { linkPlan: plan } = await openVersion(block, { keys, role: configured.role(name) });
  return openCommlink({ keys, plan, offered: {}, handlers: {}, log: recordingLog().log });
}

t.test('messages that are not what a member says to this node are dropped and counted', async (t) => {
  const cluster = await threeNodes(t);
  const { configured } = cluster;
  const db1 = await cluster.start('db1');
  const hostile = await takeOver(cluster, 'web1');
  t.teardown(() => hostile.close());
  const [db1Keys, web1Keys, ftp1Keys] = ['db1', 'web1', 'ftp1'].map((name) => configured.keys(name));
  if (!db1Keys || !web1Keys || !ftp1Keys) throw new Error('There are no keys.');
  const knows = [db1Keys, web1Keys, ftp1Keys].map(({ id }) => id);
  const message = (keys: NodeKeys, changes: Partial<VersionMessage> = {}): VersionMessage => ({
    cluster: 'test',
    from: keys.id,
    incarnation: 1,
    n: 10,
    installed: db1.node.configuration.version,
    candidate: null,
    phase: 'idle',
    declining: false,
    knows,
    links: [],
    refusal: null,
    joinRequests: [],
    sentAtMs: 0,
    ...changes,
  });
  const signed = (keys: NodeKeys, body: VersionMessage): string =>
    signDocument('version-message', body, keys.signing.privateKey);
  const send = (text: string) =>
    hostile.call('db1', configurationMethods, 'config.message', { messages: [text] });
  const refused = (code: string): number => db1.node.status().refused[code] ?? 0;

  const stranger = createNodeKeys();
  const good = signed(web1Keys, message(web1Keys));
  const cases: [code: string, text: string][] = [
    ['unknown_sender', signed(stranger, message(stranger))],
    ['bad_signature', signed(web1Keys, message(ftp1Keys))],
    ['bad_signature', `${good.slice(0, -4)}AAAA`],
    ['wrong_cluster', signed(web1Keys, message(web1Keys, { cluster: 'other' }))],
    ['not_for_me', signed(web1Keys, message(web1Keys, { knows: [web1Keys.id, ftp1Keys.id] }))],
    ['malformed', `${Buffer.from('{"from":1}').toString('base64url').repeat(9)}.${'A'.repeat(86)}`],
    ['own_message', signed(db1Keys, message(db1Keys, { incarnation: 9 }))],
  ];
  for (const [code, text] of cases) {
    const before = refused(code);
    await send(text);
    t.equal(refused(code), before + 1, code);
    t.ok(db1.node.status().members.every(({ heardAgoMs, name }) => name === 'db1' || heardAgoMs === null));
  }
  await send(good);
  const heard = () => db1.node.status().members.find(({ name }) => name === 'web1');
  t.not(heard()?.heardAgoMs, null, 'what web1 really says counts');
  await send(signed(web1Keys, message(web1Keys, { n: 9, phase: 'ready' })));
  t.equal(refused('stale_message'), 1, 'an older message does not');
  await send(good);
  t.equal(refused('stale_message'), 1, 'the same one once more is what relays do');
  t.equal(heard()?.phase, 'idle');
});

t.test('a relay sees to it that nodes without a link hear each other, also after it was away', async (t) => {
  const cluster = await threeNodes(t);
  const { db1, web1, ftp1 } = await cluster.startAll();
  t.strictSame(
    ftp1.node.commlink.linked().map(({ name }) => name),
    ['web1'],
  );
  await web1.stop();
  const silent = () => db1.node.status().members.find(({ name }) => name === 'ftp1')?.heardAgoMs ?? 0;
  await within(5000, 'ftp1 is missed', () => silent() > 500);
  await cluster.start('web1');
  await within(5000, 'ftp1 is heard again', () => silent() < 200);
  t.strictSame(db1.node.status().refused.bad_signature, undefined);
});
