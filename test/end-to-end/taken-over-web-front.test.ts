// An attacker holds the web-front's process, its node key and its sections, and plays its part towards the other nodes: it
// must not get anything staged that nobody is entitled to, nor read or forge what it relays (SECURITY.md).
import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import t from 'tap';
import type { Commlink } from '#commlink/commlink.ts';
import { openClusterNode } from '#commlink/configuration/cluster-node.ts';
import { createLogger } from '#commlink/log.ts';
import type { Handlers, MethodTable } from '#commlink/method-table.ts';
import { adminMethods } from '#commlink/methods/admin-methods.ts';
import type { DocumentBody } from '#commlink/methods/documents.ts';
import { ftpNodeMethods } from '#commlink/methods/ftp-node-methods.ts';
import { internalDbMethods } from '#commlink/methods/internal-db-methods.ts';
import { webFrontMethods } from '#commlink/methods/web-front-methods.ts';
import { RpcError } from '#commlink/rpc-error.ts';
import { signDocument } from '#commlink/signed-document.ts';
import { webFrontConfigCheck } from '#web-front/config.ts';
import { startConsign, demoFile } from '../rig/running-consign.ts';
import { runProgram } from '../rig/run-program.ts';

const consign = await startConsign(t, { demo: true });
const secretFile = join(consign.state, 'secret.bin');
await writeFile(secretFile, 'only for the other customer');
await consign.json('product', 'create', 'secret');
await consign.json('publish', 'secret', '1.0.0', secretFile);
await consign.json('account', 'create', 'other');
await consign.json('grant', 'other', 'secret', '--reason', 'contract');
await consign.waitUntilLinked();

/** Longer than links take to come up on a busy machine: what is refused is refused at once. */
const callDeadlineMs = 60_000;
const portsTimeoutMs = 60_000;

/** What the attacker saw pass by, and how it answers logins. */
const relayed: unknown[] = [];
const forging: { loginAnswer: ((nonce: string) => string) | null } = { loginAnswer: null };

const attacker = await takeOverWebFront();
const [db] = attacker.members('internal-db');
const [node] = attacker.members('ftp-node');
if (!db || !node) throw new Error('the web-front knows no internal-db or no ftp-node');
const dbName = db.name;
const nodeName = node.name;
const nodeId = node.id;

/** Stops the launcher from helping, kills the web-front, and takes its place with its own keys, configuration and addresses. */
async function takeOverWebFront(): Promise<Commlink> {
  const launcher = consign.pid('launcher');
  process.kill(launcher, 'SIGSTOP');
  t.teardown(() => void process.kill(launcher, 'SIGCONT'));
  consign.kill('web-front');
  const text = await readFile(join(consign.state, 'web-front', 'config.json'), 'utf8');
  const { node: bootstrap } = webFrontConfigCheck.parse(JSON.parse(text));
  const prepare = async () => ({ commit: async () => {}, discard: async () => {} });
  const denied = (): Promise<never> => Promise.reject(new RpcError('refused', 'No.'));
  const handlers: Handlers<typeof webFrontMethods> = {
    'relay.login': ({ internalDb: _internalDb, ...params }) => {
      relayed.push(params);
      if (forging.loginAnswer) return Promise.resolve({ answer: forging.loginAnswer('A'.repeat(22)) });
      return attacker.call(dbName, internalDbMethods, 'login.decide', params);
    },
    'relay.report': (params) => attacker.call(dbName, internalDbMethods, 'node.report', params),
    'relay.reconcile': (params) => attacker.call(dbName, internalDbMethods, 'node.reconcile', params),
    'relay.artifact': (params) => attacker.call(dbName, internalDbMethods, 'artifact.read', params),
    'relay.hold': denied,
    'relay.stage': denied,
    'relay.unstage': denied,
    'relay.bans': denied,
    'relay.sessions': denied,
    'relay.cut': denied,
    'relay.ping': denied,
    'relay.nodes': denied,
  };
  const log = createLogger('attacker', 'silent');
  for (const deadline = Date.now() + portsTimeoutMs; ; await delay(20)) {
    try {
      const opened = await openClusterNode({ bootstrap, role: 'web-front', log });
      const stolen = await opened.start({ offered: webFrontMethods, handlers, prepare });
      t.teardown(() => stolen.close());
      return stolen.commlink;
    } catch (error) {
      // The killed process's ports are not free at once.
      if ((error as { code?: unknown }).code !== 'PORT_TAKEN' || Date.now() > deadline) throw error;
    }
  }
}

async function stagedPlaces(): Promise<string[]> {
  const entries = await readdir(join(consign.state, 'ftp-node', 'accounts'), {
    recursive: true,
    withFileTypes: true,
  });
  return entries.filter((entry) => !entry.isDirectory()).map((entry) => entry.name);
}

/** Calls and gives the result, or the code of the RpcError. */
async function attempt<T extends MethodTable>(
  table: T,
  method: keyof T & string,
  params: object,
): Promise<unknown> {
  const peer = (table as MethodTable) === ftpNodeMethods ? nodeName : dbName;
  try {
    return await attacker.call(peer, table, method, params as never, { deadlineMs: callDeadlineMs });
  } catch (error) {
    if (error instanceof RpcError) return error.code;
    throw error;
  }
}

const [product = '', version = '', file = ''] = demoFile.split('/');

function grantFor(changes: Partial<DocumentBody<'staging-grant'>>): DocumentBody<'staging-grant'> {
  return {
    cluster: 'local',
    grant: `grn_${'A'.repeat(22)}`,
    delivery: `dlv_${'A'.repeat(22)}`,
    node: nodeId,
    account: 'demo',
    product: 'secret',
    version: '1.0.0',
    file: 'secret.bin',
    sha256: 'a'.repeat(64),
    sizeBytes: 27,
    mediaType: 'application/octet-stream',
    publishedAtMs: Date.now(),
    issuedAtMs: Date.now(),
    useBeforeMs: Date.now() + 60_000,
    stagedUntilMs: Date.now() + 3_600_000,
    ...changes,
  };
}

async function stageOutcome(grant: string): Promise<string> {
  const answer = await attempt(ftpNodeMethods, 'delivery.stage', { grant });
  if (typeof answer === 'string') return answer;
  const { staged, failure } = answer as { staged: boolean; failure?: string };
  return staged ? 'staged' : (failure ?? '');
}

await t.test('a grant that internal-db did not sign stages nothing', async (t) => {
  const strange: KeyObject = generateKeyPairSync('ed25519').privateKey;
  for (const [title, key] of Object.entries({
    'its own node key': attacker.keys.signing.privateKey,
    'a fresh key': strange,
  })) {
    t.equal(await stageOutcome(signDocument('staging-grant', grantFor({}), key)), 'grant_invalid', title);
  }
  t.same(await stagedPlaces(), []);
});

await t.test('without a customer session internal-db gives it nothing', async (t) => {
  for (const session of [
    '',
    'consign_ses_' + 'A'.repeat(43),
    'consign_pat_' + 'A'.repeat(43),
    attacker.self.id,
  ]) {
    const request = { session, product, version, file, address: '203.0.113.7' };
    const expected = session === '' ? 'bad_request' : { valid: false };
    t.same(await attempt(internalDbMethods, 'delivery.request', request), expected);
    t.same(
      await attempt(internalDbMethods, 'catalog.products', { session, after: null, limit: 10 }),
      expected,
    );
  }
  for (const method of ['account.list', 'entitlement.list', 'entitlement.grant', 'delivery.stage'] as const) {
    t.equal(await attempt(adminMethods, method, {}), 'unknown_method', `${method} is not offered to it`);
  }
});

await t.test("a signed-in customer's session gets what that customer may have, and no more", async (t) => {
  const { customer } = consign.logins;
  if (!customer) throw new Error('the launcher printed no customer');
  const opened = await attacker.call(dbName, internalDbMethods, 'session.open', {
    username: customer.name,
    password: customer.password,
    address: '203.0.113.7',
  });
  if (!opened.opened) throw new Error('the customer could not sign in');
  const { session } = opened;
  const address = '203.0.113.7';
  const refused = await attempt(internalDbMethods, 'delivery.request', {
    session,
    product: 'secret',
    version: '1.0.0',
    file: 'secret.bin',
    address,
  });
  t.match(refused, { valid: true, allowed: false }, 'another product is refused');

  const request = () =>
    attacker.call(dbName, internalDbMethods, 'delivery.request', {
      session,
      product,
      version,
      file,
      address,
    });
  const granted = await request();
  if (!granted.valid || !granted.allowed || granted.grant === null)
    throw new Error('the entitled file was refused');
  const [payload = '', signature = ''] = granted.grant.split('.');
  const body = JSON.parse(Buffer.from(payload, 'base64url').toString()) as DocumentBody<'staging-grant'>;
  const changed = { ...body, product: 'secret', version: '1.0.0', file: 'secret.bin' };
  const forged = `${Buffer.from(JSON.stringify(changed)).toString('base64url')}.${signature}`;
  t.equal(await stageOutcome(forged), 'grant_invalid', 'a changed grant');
  t.equal(
    await stageOutcome(granted.credentials.urlToken),
    'grant_invalid',
    'a document of another kind, rightly signed',
  );
  t.same(await stagedPlaces(), [], 'nothing was staged so far');
  t.equal(await stageOutcome(granted.grant), 'staged', 'the real one works, once');
  t.same(await stagedPlaces(), [file]);

  await attacker.call(dbName, internalDbMethods, 'delivery.cancel', {
    session,
    delivery: granted.delivery.id,
  });
  const live = signDocument(
    'staging-statement',
    { cluster: 'local', node: nodeId, atMs: Date.now(), deliveries: [granted.delivery.id] },
    attacker.keys.signing.privateKey,
  );
  t.type(
    await attempt(internalDbMethods, 'node.reconcile', { node: nodeId, statement: live }),
    'string',
    "a statement in the node's name is refused",
  );
});

await t.test(
  'a login that it answers itself, and a report that it makes up, count for nothing',
  async (t) => {
    forging.loginAnswer = (nonce) =>
      signDocument(
        'login-answer',
        {
          cluster: 'local',
          node: nodeId,
          nonce,
          verdict: {
            allowed: true,
            account: 'other',
            principal: 'user:mallory',
            expiresAtMs: Date.now() + 3_600_000,
          },
        },
        attacker.keys.signing.privateKey,
      );
    const { host, port } = consign.endpoints.ftp;
    const password = 'the customer typed this one';
    const login = await runProgram(
      'curl',
      ['-sS', '-K', '-', '--ssl-reqd', '--cacert', consign.endpoints.caFile, `ftp://${host}:${port}/`],
      {
        input: `user = "mallory:${password}"\n`,
      },
    );
    t.not(login.code, 0, 'the customer is not let in');
    t.ok(relayed.length > 0, 'the login did pass the attacker');
    t.notOk(
      JSON.stringify(relayed).includes(Buffer.from(password).toString('base64url').slice(0, 12)),
      'sealed, not encoded',
    );
    t.notOk(JSON.stringify(relayed).includes(password), 'and not readable');

    const event = { type: 'delivery.staged' as const, delivery: `dlv_${'A'.repeat(22)}` };
    const report = signDocument(
      'node-report',
      { cluster: 'local', node: nodeId, sequence: 1_000_000, atMs: Date.now(), event },
      attacker.keys.signing.privateKey,
    );
    const answer = await attempt(internalDbMethods, 'node.report', {
      node: nodeId,
      reports: [report],
    });
    t.type(answer, 'string', 'the report is refused as an error');
  },
);
