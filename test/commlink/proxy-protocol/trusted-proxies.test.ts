// Which balancers are trusted: networks of both families, however an address is written.
import t from 'tap';
import { createTrustedProxies } from '#commlink/proxy-protocol/trusted-proxies.ts';

t.test('addresses and networks of both families', async (t) => {
  const proxies = createTrustedProxies([
    '192.0.2.7',
    '10.0.0.0/8',
    '2001:db8::/32',
    '::1',
    '198.51.100.0/31',
  ]);
  for (const inside of ['192.0.2.7', '10.0.0.1', '10.255.255.255', '2001:db8:ffff::1', '::1', '198.51.100.1'])
    t.ok(proxies.includes(inside), inside);
  for (const outside of ['192.0.2.8', '11.0.0.0', '2001:db9::', '::2', '198.51.100.2', '127.0.0.1'])
    t.notOk(proxies.includes(outside), outside);
});

t.test('an IPv4 network that is written as an IPv6 one means IPv4', async (t) => {
  const proxies = createTrustedProxies(['::ffff:10.0.0.0/104', '::ffff:192.0.2.7']);
  t.ok(proxies.includes('10.1.2.3'));
  t.ok(proxies.includes('192.0.2.7'));
  t.notOk(proxies.includes('11.1.2.3'));
});

t.test('without networks nobody is trusted', async (t) => {
  t.notOk(createTrustedProxies([]).includes('127.0.0.1'));
});

t.test('what is no network is said at the start', async (t) => {
  for (const network of ['10.0.0.0/33', '2001:db8::/129', '300.1.1.1', '::1::/3', '10.0.0.0/', '1.2.3'])
    t.throws(() => createTrustedProxies([network]), { code: 'NETWORK_INVALID' }, network);
});
