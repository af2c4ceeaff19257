// What the node answers about its sessions, and which orders to end some it carries out.
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import t from 'tap';
import { createLogger } from '#commlink/log.ts';
import { sessionsListedMax, type CutOrder, type LiveSession } from '#commlink/methods/live-session.ts';
import { signDocument } from '#commlink/signed-document.ts';
import { createInternalDbVerifier } from '#ftp-node/internal-db-verifier.ts';
import { cutByOrder, listSessions } from '#ftp-node/sessions/answer-sessions.ts';

const internalDb = generateKeyPairSync('ed25519');
const verifier = createInternalDbVerifier(() => [String(internalDb.publicKey.export({ format: 'jwk' }).x)]);
const node = 'n'.repeat(43);
const id = (kind: string): string => `${kind}_${randomBytes(16).toString('base64url')}`;
const context = { cluster: 'test', node, verifier, log: createLogger('test', 'silent') };

function session(index: number, isBusy: boolean): LiveSession {
  const transfer = {
    download: id('dwn'),
    delivery: id('dlv'),
    path: 'a/1/b',
    offsetBytes: 0,
    sentBytes: 0,
    sizeBytes: 1,
    bytesPerSecond: 0,
    startedAtMs: 1,
  };
  return {
    id: id('ses'),
    connection: `con_${index}`,
    protocol: 'ftp',
    address: '203.0.113.7',
    account: 'acme',
    principal: 'user:jo',
    username: 'jo',
    startedAtMs: 1,
    idleSinceMs: isBusy ? null : 1,
    transfer: isBusy ? transfer : null,
    transferCount: isBusy ? 1 : 0,
  };
}

t.test('when there are more than an answer has room for, those that transfer are in it', async (t) => {
  const count = sessionsListedMax + 10;
  const all = Array.from({ length: count }, (_, index) => session(index, index >= count - 5));
  const asked: (string | null)[] = [];
  const describe = (account: string | null) => (asked.push(account), all);
  const listing = listSessions({ describe }, 'acme');
  t.equal(listing.sessionCount, count);
  t.equal(listing.sessions.length, sessionsListedMax);
  t.equal(listing.sessions.filter(({ transfer }) => transfer !== null).length, 5);
  t.equal(listing.sessions[5]?.connection, 'con_0', 'otherwise in their order');
  t.same(asked, ['acme']);
});

t.test('an order counts only from internal-db, and for this node of this cluster', async (t) => {
  const cut: string[] = [];
  const live = { cut: async (ids: readonly string[]) => cut.push(...ids) };
  const sessions = [id('ses'), id('con')];
  const order = (change: Partial<CutOrder> = {}, key = internalDb.privateKey): string =>
    signDocument(
      'cut-order',
      { cluster: 'test', node, order: id('ord'), sessions, issuedAtMs: 1, ...change },
      key,
    );
  const refused = [
    order({ node: 'm'.repeat(43) }),
    order({ cluster: 'other' }),
    order({}, generateKeyPairSync('ed25519').privateKey),
    'nonsense',
  ];
  for (const text of refused) await t.rejects(cutByOrder(context, live, text), { code: 'refused' });
  t.same(cut, []);
  t.same(await cutByOrder(context, live, order()), { cutSessionCount: 2 });
  t.same(cut, sessions);
});
