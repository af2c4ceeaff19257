// Server-sent events over a real socket: what a reader gets, and that its leaving ends the stream.
import { createServer, get, type IncomingMessage, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import t from 'tap';
import { openEventStream, type EventStream } from '#commlink/pages/event-stream.ts';

const opened: EventStream[] = [];
const server = createServer((_request: IncomingMessage, response: ServerResponse) => {
  opened.push(openEventStream(response, { 'x-content-type-options': 'nosniff' }));
});
server.listen(0, '127.0.0.1');
await once(server, 'listening');
t.teardown(() => server.close());
const { port } = server.address() as AddressInfo;

async function openReader(): Promise<{ answer: IncomingMessage; stream: EventStream }> {
  const [answer] = (await once(get({ host: '127.0.0.1', port }), 'response')) as [IncomingMessage];
  const stream = opened.pop();
  if (!stream) throw new Error('no stream was opened');
  return { answer, stream };
}

t.test('events arrive as they are sent, a line of JSON each, and then the end', async (t) => {
  const { answer, stream } = await openReader();
  t.match(answer.headers, {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store',
  });
  t.equal(answer.headers['x-content-type-options'], 'nosniff');
  t.equal(stream.send('state', { text: 'two\nlines', data: 'event: forged' }), true);
  stream.close();
  t.equal(stream.send('late', {}), false, 'nothing after the end');
  const chunks = await answer.setEncoding('utf8').toArray();
  const event = 'event: state\ndata: {"text":"two\\nlines","data":"event: forged"}\n\n';
  t.equal(chunks.join(''), `retry: 3000\n\n${event}`);
});

t.test('a reader who goes away ends the stream', async (t) => {
  const { answer, stream } = await openReader();
  const ended = once(stream.ended, 'abort');
  answer.destroy();
  await ended;
  t.equal(stream.send('late', {}), false);
});
