// What a server is said to have cost: its ended children count, and those that it never waited for.
import { execFileSync } from 'node:child_process';
import { createServer, type AddressInfo } from 'node:net';
import { once } from 'node:events';
import t from 'tap';
import { memoryBytes, processCount, processorSeconds } from './delivery-processes.ts';
import { startPeerProcess } from './delivery-peer-process.ts';

t.test('this process takes processor time, memory, and has no children', async (t) => {
  const before = processorSeconds(process.pid);
  execFileSync('sh', ['-c', 'i=0; while [ $i -lt 300000 ]; do i=$((i+1)); done']);
  t.ok(processorSeconds(process.pid) > before, 'a child that has ended counts');
  t.ok(memoryBytes(process.pid) > 1024 ** 2);
  t.ok(processCount(process.pid) >= 1);
});

t.test('what a server leaves behind counts as its own', async (t) => {
  // The port answers: what is started here serves nothing.
  const listener = createServer((socket) => socket.destroy()).listen(0, '127.0.0.1');
  await once(listener, 'listening');
  t.teardown(() => listener.close());
  const { port } = listener.address() as AddressInfo;
  const orphaning = '( ( i=0; while [ $i -lt 300000 ]; do i=$((i+1)); done ) & ); exec sleep 60';
  const program = { path: '/bin/sh', version: '', environment: {}, root: '' };
  const server = await startPeerProcess(program, ['-c', orphaning], port);
  t.teardown(() => server.stop());
  const deadlineMs = performance.now() + 30_000;
  while (processorSeconds(server.pid) < 0.1 && performance.now() < deadlineMs)
    await new Promise((resolve) => setTimeout(resolve, 20));
  t.ok(processorSeconds(server.pid) >= 0.1);
});
