// What PASV announces: to whom, behind NAT, in a container, behind a load balancer.
import t from 'tap';
import { announcedAddress, tablePublicAddresses } from '#ftp-node/session/ftp/announced-address.ts';

const table = tablePublicAddresses('203.0.113.7', [
  { network: '10.8.0.0/16', address: '10.8.0.1' },
  { network: '10.0.0.0/8', address: '10.0.0.1' },
  { network: '192.0.2.9', address: '192.0.2.1' },
  { network: '2001:db8::/32', address: '198.51.100.1' },
  { network: '198.51.100.20/99', address: '198.51.100.1' },
]);

const cases = [
  ['a customer somewhere, through NAT', '198.51.100.20', '172.17.0.2', '203.0.113.7'],
  ['the first network that fits', '10.8.3.4', '172.17.0.2', '10.8.0.1'],
  ['a wider network', '10.9.3.4', '172.17.0.2', '10.0.0.1'],
  ['a single address', '192.0.2.9', '172.17.0.2', '192.0.2.1'],
  ['its neighbour', '192.0.2.8', '172.17.0.2', '203.0.113.7'],
  ['this very machine', '127.0.0.1', '127.0.0.1', '127.0.0.1'],
  ['this very machine, at another of its addresses', '127.0.0.5', '127.0.0.2', '127.0.0.2'],
  ['a customer behind a balancer on this machine', '198.51.100.20', '127.0.0.1', '203.0.113.7'],
  ['a customer behind a balancer that speaks IPv6', '198.51.100.20', '::1', '203.0.113.7'],
  ['IPv6, which EPSV is for', '2001:db8::1', '2001:db8::2', null],
] as const;

t.test('each client gets the address at which it can reach us', async (test) => {
  for (const [who, client, local, expected] of cases)
    test.equal(announcedAddress(table, { client, local }), expected, who);
  test.equal(
    announcedAddress(tablePublicAddresses(null, []), { client: '10.0.0.1', local: '10.0.0.2' }),
    null,
  );
});
