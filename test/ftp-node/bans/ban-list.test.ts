// The node's list of bans: what is taken, what it bans, and that it outlives the process.
import { generateKeyPairSync } from 'node:crypto';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { bansMax, type BanListDocument } from '#commlink/methods/ban-list.ts';
import { signDocument } from '#commlink/signed-document.ts';
import { BanList } from '#ftp-node/bans/ban-list.ts';
import { createInternalDbVerifier } from '#ftp-node/internal-db-verifier.ts';
import { openLedger } from '#ftp-node/ledger/ledger.ts';

const internalDb = generateKeyPairSync('ed25519');
const rawKey = String(internalDb.publicKey.export({ format: 'jwk' }).x);
const verifier = createInternalDbVerifier(() => [rawKey]);

function signed(change: Partial<BanListDocument>, key = internalDb.privateKey): string {
  const list = { cluster: 'test', sequence: 1, issuedAtMs: 1, bans: [], ...change };
  return signDocument('ban-list', list, key);
}

function open(t: Test, file = join(t.testdir({}), 'ledger.db')) {
  const ledger = openLedger(file);
  const close = () => {
    if (ledger.database.isOpen) ledger.close();
  };
  t.teardown(close);
  return { file, close, list: new BanList({ cluster: 'test', ledger, verifier }) };
}

t.test('bans a network until its time, and nobody before there is a list', async (t) => {
  const { list } = open(t);
  t.equal(list.sequence, 0);
  t.equal(list.isBanned('203.0.113.7', 5), false);
  const bans = [
    { network: '203.0.113.7', untilMs: 100 },
    { network: '203.0.113.0/24', untilMs: 50 },
    { network: '2001:db8:0:1::/64', untilMs: 100 },
  ];
  t.equal(list.replace(signed({ bans })), 'taken');
  t.equal(list.isBanned('203.0.113.8', 49), true, 'by its network');
  t.equal(list.isBanned('203.0.113.8', 50), false, 'over');
  t.equal(list.isBanned('203.0.113.7', 99), true, 'by itself, when the network is not banned any more');
  t.equal(list.isBanned('::ffff:203.0.113.7', 99), true, 'an IPv4 address in the form of IPv6');
  t.equal(list.isBanned('203.0.113.7', 100), false);
  t.equal(list.isBanned('2001:db8:0:1:aaaa::1', 99), true);
  t.equal(list.isBanned('2001:db8:0:2::1', 99), false);
  t.equal(list.isBanned('unknown', 5), false);
});

t.test('only a newer list counts, and it replaces the whole', async (t) => {
  const { list } = open(t);
  let replacedCount = 0;
  list.onReplace(() => (replacedCount += 1));
  const ban = { network: '203.0.113.7', untilMs: 100 };
  t.equal(list.replace(signed({ sequence: 7, bans: [ban] })), 'taken');
  t.equal(list.replace(signed({ sequence: 7 })), 'older');
  t.equal(list.replace(signed({ sequence: 6 })), 'older');
  t.ok(list.isBanned('203.0.113.7', 5));
  t.equal(list.replace(signed({ sequence: 8 })), 'taken');
  t.notOk(list.isBanned('203.0.113.7', 5));
  t.equal(list.sequence, 8);
  t.equal(replacedCount, 2);
});

t.test('a list of anybody else, or of another cluster, is refused and changes nothing', async (t) => {
  const { list } = open(t);
  const bans = [{ network: '203.0.113.7', untilMs: 100 }];
  const foreign = signed({ bans }, generateKeyPairSync('ed25519').privateKey);
  const order = signed({ bans, cluster: 'other' });
  const changed = `A${signed({ bans }).slice(1)}`;
  for (const text of [foreign, order, changed]) t.throws(() => list.replace(text), { code: 'refused' });
  t.notOk(list.isBanned('203.0.113.7', 5));
  t.equal(list.sequence, 0);
});

t.test('a node that starts again goes on with its list', async (t) => {
  const first = open(t);
  first.list.replace(signed({ sequence: 9, bans: [{ network: '203.0.113.7', untilMs: 100 }] }));
  first.close();
  const { list } = open(t, first.file);
  t.equal(list.sequence, 9);
  t.ok(list.isBanned('203.0.113.7', 5));
  t.equal(list.replace(signed({ sequence: 8 })), 'older');
});

t.test('the longest list fits a document, and is asked quickly', async (t) => {
  const { list } = open(t);
  const bans = Array.from({ length: bansMax }, (_, index) => ({
    network: `2001:db8:aaaa:${(0x8000 + index).toString(16)}::/64`,
    untilMs: 8_640_000_000_000_000,
  }));
  t.equal(list.replace(signed({ sequence: Number.MAX_SAFE_INTEGER, bans })), 'taken');
  const startedAtMs = performance.now();
  for (let index = 0; index < 10_000; index += 1) list.isBanned(`2001:db8:aaaa:8001::${index}`, 5);
  t.ok(performance.now() - startedAtMs < 2000, '10,000 questions');
});
