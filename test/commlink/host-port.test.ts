// Hosts and ports as people and URLs write them.
import t from 'tap';
import { bracketIpv6, formatHostPort } from '#commlink/host-port.ts';

t.test('brackets an IPv6 address, and nothing else', async (t) => {
  t.equal(bracketIpv6('2001:db8::1'), '[2001:db8::1]');
  t.equal(formatHostPort({ host: '::1', port: 21 }), '[::1]:21');
  t.equal(new URL(`ftp://${formatHostPort({ host: '::1', port: 2121 })}/`).port, '2121');
  for (const host of ['127.0.0.1', 'ftp.example.com', 'localhost'])
    t.equal(formatHostPort({ host, port: 22 }), `${host}:22`);
});
