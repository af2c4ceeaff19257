// Links of a member whose ports are rewritten on the way (NAT), where the listener's settings name it.
import t from 'tap';
import { judgeIdentity, type Admission } from '#commlink/link/link-admission.ts';
import { dialLink } from '#commlink/link/link-dialler.ts';
import { LinkError } from '#commlink/link/link-error.ts';
import { closedByPeer, dialByHand, openProxy } from './hostile-dialler.ts';
import { contextOf, eventually, twoNodes, type TestNode } from './two-nodes.ts';

const ephemeral = { from: 32_768, to: 60_999 };

const refusalsIn = (node: TestNode): (string | undefined)[] =>
  node.lines.filter((line) => line.msg.startsWith('link refused')).map((line) => line.code);

void t.test('of a member behind NAT the identity alone says which key it means', async (t) => {
  const nodes = twoNodes(t);
  const { web, ftp } = nodes;
  const context = { ...contextOf(nodes, web), behindNat: new Set([ftp.member.id]) };
  const identity = (index: number): string => `1|test|1|${index}|${ftp.member.id}|${web.member.id}`;
  const port = 40_000;
  const admission = judgeIdentity(identity((port + 1) % 127), port, context);
  if (admission instanceof LinkError) throw admission;
  t.notSame(admission.psk, (judgeIdentity(identity(port % 127), port, context) as Admission).psk);
  t.match(judgeIdentity(identity(9999), port, context), { code: 'wrong_index' });
});

void t.test(
  'a link comes about through a proxy that rewrites the port, and a wrong key is refused as anywhere',
  async (t) => {
    const nodes = twoNodes(t);
    const web = await nodes.listen({ behindNat: ['ftp1', 'nobody-yet'] });
    const port = await openProxy(t, web.port ?? 0);
    const target = { peer: nodes.web.member, host: '127.0.0.1', port, localPorts: ephemeral };
    for (let dials = 0; dials < 5; dials += 1) {
      const signal = AbortSignal.timeout(5000);
      const { socket } = await dialLink(target, contextOf(nodes, nodes.ftp), { signal });
      socket.destroy();
    }
    t.same(refusalsIn(nodes.web), []);
    const dialled = dialByHand(t, port, { bag: nodes.bag, claim: { key: Buffer.alloc(32, 7) } });
    await t.rejects(
      dialled.then(({ socket }) => closedByPeer(socket).then(() => Promise.reject(new Error('closed')))),
    );
    await eventually(() => refusalsIn(nodes.web).length > 0);
    t.same(refusalsIn(nodes.web), ['wrong_key']);
  },
);
