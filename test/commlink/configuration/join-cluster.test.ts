// Machines join with a ticket over real links, are evicted and replaced, and catch up.
import { readFile, rm } from 'node:fs/promises';
import t from 'tap';
import type { ConfigurationError } from '#commlink/configuration/configuration-error.ts';
import { dialJoin } from '#commlink/join-link.ts';
import { createNodeKeys } from '#commlink/node-keys.ts';
import { decodeTicket } from '#commlink/operator/join-ticket.ts';
import { ConfigurationStore } from '#commlink/configuration/configuration-store.ts';
import { joinCluster } from '#commlink/configuration/join-cluster.ts';
import {
  acceptNode,
  admitInvited,
  inviteNode,
  type Acceptance,
  type IssuedTicket,
  type NewNode,
} from '#commlink/operator/admit-node.ts';
import { composeEviction } from '#commlink/operator/compose-membership.ts';
import type { PublishOptions } from '#commlink/operator/publish.ts';
import type { OperatorClient } from '#commlink/operator/read-installed.ts';
import { bootstrapIn, entryOf } from '../../rig/configured-cluster.ts';
import { startPlainRoom } from '../../rig/plain-room.ts';
import { recordingLog } from '../two-nodes.ts';
import {
  allInstalled,
  changePatience,
  publish,
  threeNodes,
  within,
  type TestNode,
  type ThreeNodes,
} from './three-nodes.ts';

/** A second FTP node, which dials web1. */
function secondFtpNode({ portBase }: ThreeNodes, replaces: boolean = false): NewNode {
  return {
    name: replaces ? 'ftp1' : 'ftp2',
    role: 'ftp-node',
    entry: entryOf('ftp-node', { listen: null, dial: { web1: portBase + 1 }, room: portBase + 30 }),
    replaces,
    isBehindNat: false,
    dialledBy: [],
    contact: { name: 'web1', host: '127.0.0.1', port: portBase + 1 },
    validForMs: 60_000,
  };
}

function optionsOf({ configured }: ThreeNodes) {
  return { operator: configured.operator, signal: AbortSignal.timeout(20_000) };
}

const createIdentity = () =>
  Promise.resolve({ certificate: 'a', privateKey: 'b', authority: null, hostKeys: [] });

/** As `consign node invite` does, without the terminal. */
async function admitNode(
  client: OperatorClient,
  { onTicket, ...admission }: Omit<Acceptance, 'issued'> & { onTicket: (ticket: IssuedTicket) => void },
  options: PublishOptions,
): Promise<void> {
  const issued = await inviteNode(client, admission.node, options);
  onTicket(issued);
  await admitInvited(client, { ...admission, issued }, options);
}

t.test('a machine with a ticket becomes a member, and sees later changes', async (t) => {
  const cluster = await threeNodes(t);
  const nodes = await cluster.startAll();
  const bootstrap = bootstrapIn(cluster.directory, 'ftp2');
  const { log } = recordingLog();
  let waited = 0;
  const tickets: string[] = [];
  const joining = Promise.withResolvers<void>();
  const admitted = admitNode(
    nodes.db1.client,
    {
      node: secondFtpNode(cluster),
      createIdentity,
      onTicket: ({ text }) => {
        tickets.push(text);
        const options = { ticket: text, bootstrap, log, signal: AbortSignal.timeout(15_000) };
        joining.resolve(
          joinCluster({
            ...options,
            onWaiting: () => {
              waited += 1;
            },
          }),
        );
      },
    },
    optionsOf(cluster),
  );
  await joining.promise;
  t.equal(await new ConfigurationStore(bootstrap.configurationDirectory).exists(), true);
  t.equal(waited, 1, 'it was told once that it waits');
  const node = await startPlainRoom({ bootstrap, role: 'ftp-node', log });
  t.teardown(() => node.close());
  t.equal(node.admission.isOpen, false, 'a learner admits nobody');
  await admitted;
  await within(5000, 'the new node takes part', () => node.admission.isOpen);
  t.match(
    nodes.ftp1.node.status().members.find(({ name }) => name === 'ftp2'),
    { state: 'active', phase: 'idle' },
    'the others see it, also where there is no link to it',
  );
  await within(5000, 'the ticket is forgotten', () => nodes.web1.node.status().joinRequests.length === 0);
  t.match(
    nodes.web1.events.findLast(({ type }) => type === 'joined'),
    { by: 'ftp2', detail: 'ftp-node' },
  );

  await t.test('the same ticket lets no other machine in', async (t) => {
    const other = bootstrapIn(`${cluster.directory}/other`, 'ftp2');
    await rm(other.keyFile, { force: true });
    await t.rejects(
      joinCluster({
        ticket: tickets[0] ?? '',
        bootstrap: { ...other, keyFile: `${cluster.directory}/other.key` },
        log,
        signal: AbortSignal.timeout(20_000),
      }),
      { code: 'ticket_invalid' } satisfies Partial<ConfigurationError>,
    );
  });
});

t.test('a ticket is bound to the first key that used it', async (t) => {
  const cluster = await threeNodes(t);
  const nodes = await cluster.startAll();
  const { log } = recordingLog();
  const { text } = await inviteNode(nodes.db1.client, secondFtpNode(cluster), optionsOf(cluster));
  const first = bootstrapIn(cluster.directory, 'ftp2');
  const giveUp = new AbortController();
  const waiting = Promise.withResolvers<void>();
  const cut = joinCluster({
    ticket: text,
    bootstrap: first,
    log,
    signal: giveUp.signal,
    onWaiting: () => waiting.resolve(),
  });
  await waiting.promise;
  giveUp.abort();
  await t.rejects(cut, { name: 'AbortError' });
  const keyBefore = await readFile(first.keyFile, 'utf8');
  const thief = { ...first, keyFile: `${cluster.directory}/thief.key` };
  await t.rejects(joinCluster({ ticket: text, bootstrap: thief, log, signal: AbortSignal.timeout(9000) }), {
    code: 'ticket_invalid',
  });
  t.equal(nodes.web1.node.status().refused.join_refused, 1);
  t.equal(
    nodes.db1.node.status().joinRequests.length,
    1,
    'the anchor, which has no link to it, sees the request',
  );
  const again = Promise.withResolvers<void>();
  const stop = new AbortController();
  const rejoin = joinCluster({
    ticket: text,
    bootstrap: first,
    log,
    signal: stop.signal,
    onWaiting: () => again.resolve(),
  });
  await again.promise;
  stop.abort();
  await t.rejects(rejoin);
  t.equal(await readFile(first.keyFile, 'utf8'), keyBefore, 'keys that are there are used');
});

t.test('a dead member is evicted, and replaced under its name', async (t) => {
  const cluster = await threeNodes(t);
  const nodes = await cluster.startAll();
  await nodes.ftp1.stop();
  await publish(cluster, nodes.db1, (edition) => composeEviction(edition, { nodes: ['ftp1'] }));
  const rest: TestNode[] = [nodes.db1, nodes.web1];
  await allInstalled(rest, 2);
  t.strictSame(
    nodes.web1.node.members().map(({ name }) => name),
    ['db1', 'web1'],
  );
  t.match(
    nodes.db1.events.findLast(({ type }) => type === 'evicted'),
    { by: 'ftp1' },
  );
  const bootstrap = { ...bootstrapIn(cluster.directory, 'ftp1') };
  const fresh = {
    ...bootstrap,
    keyFile: `${cluster.directory}/ftp1.new.key`,
    configurationDirectory: `${cluster.directory}/ftp1.new`,
  };
  const { log } = recordingLog();
  const joined = Promise.withResolvers<void>();
  const admitted = admitNode(
    nodes.web1.client,
    {
      node: { ...secondFtpNode(cluster), name: 'ftp1' },
      createIdentity,
      onTicket: ({ text }) =>
        joined.resolve(
          joinCluster({ ticket: text, bootstrap: fresh, log, signal: AbortSignal.timeout(15_000) }),
        ),
    },
    optionsOf(cluster),
  );
  await joined.promise;
  const node = await startPlainRoom({ bootstrap: fresh, role: 'ftp-node', log });
  t.teardown(() => node.close());
  await admitted;
  await within(5000, 'it takes part', () => node.admission.isOpen);
});

t.test('a learner that missed several versions goes to the newest at once', async (t) => {
  const cluster = await threeNodes(t);
  const nodes = await cluster.startAll();
  const node = secondFtpNode(cluster);
  const bootstrap = bootstrapIn(cluster.directory, 'ftp2');
  const { log } = recordingLog();
  const issued = await inviteNode(nodes.db1.client, node, optionsOf(cluster));
  const joined = joinCluster({ ticket: issued.text, bootstrap, log, signal: AbortSignal.timeout(15_000) });
  await acceptNode(nodes.db1.client, { node, issued, createIdentity }, optionsOf(cluster));
  await joined;
  const joinedSeq = nodes.db1.node.configuration.version.seq;
  for (const patienceMs of [1, 2, 3, 4]) await publish(cluster, nodes.db1, changePatience(patienceMs));
  const late = await startPlainRoom({ bootstrap, role: 'ftp-node', log });
  t.teardown(() => late.close());
  t.equal(late.configuration.version.seq, joinedSeq);
  await within(8000, 'it catches up', () => late.configuration.version.seq === joinedSeq + 4);
  t.equal(late.configuration.policy.patienceMs, 4);
  t.equal(late.admission.isOpen, false, 'and still only learns');
  const client = await cluster.configured.connect('web1', log);
  const { versions } = await client.call('config.history', {});
  client.close();
  t.equal(versions[0]?.version.seq, joinedSeq + 4);
});

t.test('a ticket is no use for another invitation, nor for another key', async (t) => {
  const cluster = await threeNodes(t);
  const nodes = await cluster.startAll();
  const { log } = recordingLog();
  const invite = (name: string) =>
    inviteNode(nodes.db1.client, { ...secondFtpNode(cluster), name }, optionsOf(cluster));
  const own = decodeTicket((await invite('ftp2')).text);
  const other = decodeTicket((await invite('ftp3')).text);
  const [keys, someoneElse] = [createNodeKeys(), createNodeKeys()];
  const contact = await dialJoin({ ticket: own, keys, log, signal: AbortSignal.timeout(5000) });
  t.teardown(() => contact.close());
  const request = (ticket: typeof own, by = keys) => ({
    ticket: ticket.ticket,
    name: ticket.name,
    role: ticket.role,
    signingKey: by.signing.raw,
    sealingKey: by.sealing.raw,
  });
  const cases = {
    'another ticket': request(other),
    'another key': request(own, someoneElse),
    'another name': { ...request(own), name: 'ftp9' },
    'another role': { ...request(own), role: 'internal-db' as const },
  };
  for (const [what, params] of Object.entries(cases))
    await t.rejects(contact.call('config.join', params), { code: 'refused' }, what);
  t.equal(nodes.web1.node.status().refused.join_refused, 4);
  t.strictSame(nodes.web1.node.status().joinRequests, []);
  t.strictSame(await contact.call('config.join', request(own)), { version: null });
  const { version } = nodes.web1.node.configuration;
  await t.rejects(
    contact.call('config.manifests', { after: null, version }),
    { code: 'refused' },
    'nor does it show a version before one names its holder',
  );
  await t.rejects(
    contact.call('config.manifests', { after: null, version: { ...version, seq: 1000 } }),
    { code: 'not_found' },
    'a version that the next one has replaced is asked for anew, and no reason to give up',
  );
});
