// The gate for client requests: how long they are held, and who hears that it opens.
import t from 'tap';
import { AdmissionGate } from '#commlink/configuration/admission.ts';

t.test('a request is held until the gate opens, or until patience ends', async (t) => {
  const gate = new AdmissionGate();
  t.equal(gate.isOpen, false, 'it starts closed');
  gate.set(false, 5000);
  const held = gate.waitUntilOpen();
  gate.set(true, 5000);
  t.equal(await held, true);
  t.equal(await gate.waitUntilOpen(), true, 'at once while it is open');
  gate.set(false, 20);
  t.equal(await gate.waitUntilOpen(), false);
  gate.set(false, 0);
  t.equal(await gate.waitUntilOpen(), false, 'no patience, no wait');
});

t.test('a request whose client goes away is not held', async (t) => {
  const gate = new AdmissionGate();
  gate.set(false, 60_000);
  const client = new AbortController();
  const held = gate.waitUntilOpen(client.signal);
  client.abort();
  t.equal(await held, false);
  t.equal(await gate.waitUntilOpen(client.signal), false);
});

t.test('listeners hear each change once', (t) => {
  const gate = new AdmissionGate();
  const heard: boolean[] = [];
  gate.onChange((isOpen) => heard.push(isOpen));
  for (const isOpen of [false, true, true, false, false, true]) gate.set(isOpen, 0);
  t.strictSame(heard, [true, false, true]);
  t.end();
});
