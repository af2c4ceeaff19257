// How connections are counted: in all, and by network.
import t from 'tap';
import { createConnectionAdmission } from '#ftp-node/session/connection-admission.ts';

t.test('refuses what is too much, and takes again what was released, once', async (t) => {
  const admission = createConnectionAdmission({ connectionsMax: 3, connectionsPerAddressMax: 2 });
  const first = admission.admit('2001:db8::1');
  t.ok(first);
  t.ok(admission.admit('2001:db8::2'));
  t.equal(admission.admit('2001:db8::3'), null, 'the network has two');
  t.ok(admission.admit('192.0.2.1'));
  t.equal(admission.admit('192.0.2.2'), null, 'the server has three');
  first?.release();
  first?.release();
  t.equal(admission.connectionCount, 2);
  t.ok(admission.admit('2001:db8::3'));
  t.equal(admission.admit('2001:db8::4'), null);
});
