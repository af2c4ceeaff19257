// What an eavesdropper on the wire has: captured with tcpdump, not with a tap inside the process.
import t from 'tap';
import { dialLink } from '#commlink/link/link-dialler.ts';
import { readEphemeralPorts } from '#commlink/link/local-port.ts';
import { captureLoopback, captureUnavailable, segmentsOf } from './packet-capture.ts';
import { contextOf, eventually, testMethods, twoNodes } from './two-nodes.ts';

const skip = captureUnavailable();

/** Far beyond what chance needs: 127 keys are all drawn within 2,400 dials but once in a million runs. */
const dialsMax = 8000;

for (const size of [3, 5, 127])
  void t.test(`all ${size} keys get used, each by the ports that choose it`, { skip }, async (t) => {
    const nodes = twoNodes(t, { size });
    const web = await nodes.listen();
    const port = web.port ?? 0;
    const capture = await captureLoopback(t, port);
    const context = contextOf(nodes, nodes.ftp);
    const target = {
      peer: nodes.web.member,
      host: '127.0.0.1',
      port,
      localPorts: await readEphemeralPorts(),
    };
    const dialled = new Set<number>();
    for (let dials = 0; dialled.size < size && dials < dialsMax; dials += 1) {
      const link = await dialLink(target, context, { signal: AbortSignal.timeout(10_000) });
      dialled.add(link.index);
      link.socket.destroy();
    }
    t.equal(dialled.size, size, 'every key was chosen');

    const portsByIndex = new Map<number, Set<number>>();
    const scan = (): boolean => {
      for (const { sourcePort, payload } of segmentsOf(capture.bytes())) {
        const [, index] = /1\|test\|1\|(\d+)\|/.exec(payload.toString('latin1')) ?? [];
        if (index === undefined) continue;
        const ports = portsByIndex.get(Number(index)) ?? new Set<number>();
        portsByIndex.set(Number(index), ports.add(sourcePort));
      }
      return portsByIndex.size === size;
    };
    await eventually(scan);
    const ports = [...portsByIndex].flatMap(([index, set]) =>
      [...set].map((each) => ({ index, port: each })),
    );
    t.ok(
      ports.every((each) => each.port % size === each.index),
      'on the wire, each index is the port modulo N',
    );
    if (size === 127) {
      const odd = ports.filter((each) => each.port % 2 === 1).length;
      t.ok(odd > ports.length / 4 && odd < (3 * ports.length) / 4, `${odd} of ${ports.length} ports are odd`);
    }
  });

void t.test('nothing readable crosses: no word of a call, in either direction', { skip }, async (t) => {
  const nodes = twoNodes(t);
  const web = await nodes.listen();
  const capture = await captureLoopback(t, web.port ?? 0);
  const ftp = await nodes.dial(web.port ?? 0);
  const marker = 'the-eagle-has-landed';
  for (let round = 0; round < 20; round += 1) {
    await ftp.call('web1', testMethods, 'echo', { text: `${marker} up` });
    await web.call('ftp1', testMethods, 'echo', { text: `${marker} down ${'x'.repeat(5000)}` });
  }
  // Both directions were captured: more than the 200 KB that were sent.
  await eventually(() => capture.bytes().length > 200_000);
  const wire = segmentsOf(capture.bytes());
  t.ok(
    wire.some(({ sourcePort }) => sourcePort === web.port) &&
      wire.some(({ sourcePort }) => sourcePort !== web.port),
  );
  const text = Buffer.concat(wire.map(({ payload }) => payload)).toString('latin1');
  t.match(text, '1|test|1|', 'the identity is there, so the capture sees the link');
  const secrets = [nodes.bag.generations[0]?.keys ?? []].flat().map((key) => key.toString('latin1'));
  for (const readable of [marker, 'echo', '"method"', '"id"', '"proof"', 'servedBy', 'xxxxxxxx', ...secrets])
    if (text.includes(readable)) t.fail(`${readable} crosses in clear`);
  t.pass('none found');
});
