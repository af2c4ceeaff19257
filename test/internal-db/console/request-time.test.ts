// Requests whose bodies drip in: cut after their time, also when they were answered already, unless they were let go on.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import t, { type Test } from 'tap';
import { allowLongRequest, limitRequestTime } from '#internal-db/console/request-time.ts';

const msMax = 200;

/** Whether the connection was cut. */
async function drip(t: Test, handle: (request: IncomingMessage, response: ServerResponse) => void) {
  const server = createServer((request, response) => {
    limitRequestTime(request, msMax, () => request.socket.destroy());
    handle(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => server.close());
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  socket.on('error', () => {}).resume();
  socket.write('POST / HTTP/1.1\r\nhost: here\r\ncontent-length: 1000\r\n\r\n');
  const dripping = setInterval(() => socket.write('x'), 20);
  let isCut = false;
  socket.once('close', () => (isCut = true));
  await new Promise((resolve) => setTimeout(resolve, 10 * msMax));
  clearInterval(dripping);
  socket.destroy();
  return isCut;
}

t.test('one that is read', async (t) => {
  t.equal(await drip(t, (request) => request.resume()), true);
});

t.test('one that was answered before it had arrived', async (t) => {
  t.equal(await drip(t, (_request, response) => response.end('no')), true);
});

t.test('an upload of somebody who is known goes on', async (t) => {
  const letGoOn = (request: IncomingMessage) => {
    request.resume();
    allowLongRequest(request);
  };
  t.equal(await drip(t, letGoOn), false);
});
