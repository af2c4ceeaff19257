// Networks: read, written in one way, and found by address.
import t from 'tap';
import {
  NetworkMap,
  containsNetwork,
  formatNetwork,
  networksOverlap,
  parseNetwork,
  type IpNetwork,
} from '#commlink/ip-network.ts';

const read = (text: string): IpNetwork => {
  const network = parseNetwork(text);
  if (network === null) throw new Error(`${text} is no network`);
  return network;
};

t.test('networks are written in one way', async (t) => {
  const cases: [string, string][] = [
    ['203.0.113.7', '203.0.113.7'],
    ['203.0.113.7/32', '203.0.113.7'],
    ['203.0.113.7/24', '203.0.113.0/24'],
    ['0.0.0.0/0', '0.0.0.0/0'],
    ['::ffff:203.0.113.7', '203.0.113.7'],
    ['::FFFF:cb00:7107', '203.0.113.7'],
    ['::ffff:203.0.113.7/120', '203.0.113.0/24'],
    ['2001:DB8::1', '2001:db8::/64'],
    ['2001:db8:0:1:2:3:4:5/128', '2001:db8:0:1::/64'],
    ['2001:db8:aaaa:bbbb:cccc::/32', '2001:db8::/32'],
    ['fe80::1%eth0', 'fe80::/64'],
    ['::1', '::/64'],
    ['64:ff9b::203.0.113.7/96', '64:ff9b::/64'],
  ];
  for (const [text, written] of cases) {
    t.equal(formatNetwork(read(text)), written, text);
    t.equal(formatNetwork(read(written)), written, `${written} again`);
  }
});

t.test('what is no network is refused', async (t) => {
  const texts = [
    '',
    'localhost',
    '1.2.3',
    '1.2.3.4/33',
    '1.2.3.4/-1',
    '1.2.3.4/',
    '1.2.3.4/8/8',
    '1.2.3.4/a',
  ];
  const longer = ['::/129', ':::', '01.2.3.4', '2001:db8::1::', '::ffff:1.2.3.4/40', '1.2.3.4 ', '/8'];
  for (const text of [...texts, ...longer]) t.equal(parseNetwork(text), null, JSON.stringify(text));
});

t.test('an address finds every network that it is in, and no other', async (t) => {
  const map = new NetworkMap<string>();
  for (const text of ['10.0.0.0/8', '10.1.2.3', '2001:db8::/32', '2001:db8:0:1::/64', '192.0.2.0/24'])
    map.set(read(text), text);
  t.same(map.containing('10.1.2.3'), ['10.0.0.0/8', '10.1.2.3']);
  t.same(map.containing('::ffff:10.1.2.4'), ['10.0.0.0/8']);
  t.same(map.containing('2001:db8:0:1:ffff::1'), ['2001:db8::/32', '2001:db8:0:1::/64']);
  t.same(map.containing('2001:db9::'), []);
  t.same(map.containing('11.0.0.1'), []);
  t.same(map.containing('nonsense'), []);
});

t.test('networks overlap when one contains the other', async (t) => {
  const cases: [string, string, boolean, boolean][] = [
    ['10.0.0.0/8', '10.1.2.3', true, true],
    ['10.1.2.3', '10.0.0.0/8', false, true],
    ['10.1.2.3', '10.1.2.3', true, true],
    ['10.1.2.0/24', '10.1.3.0/24', false, false],
    ['0.0.0.0/0', '10.1.3.0/24', true, true],
    ['0.0.0.0/0', '2001:db8::/32', false, false],
    ['2001:db8::/32', '2001:db8:1::1', true, true],
  ];
  for (const [outer, inner, contains, overlap] of cases) {
    t.equal(containsNetwork(read(outer), read(inner)), contains, `${outer} contains ${inner}`);
    t.equal(networksOverlap(read(outer), read(inner)), overlap, `${outer} overlaps ${inner}`);
  }
});
