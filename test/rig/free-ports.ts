// Finds a row of free ports for one Consign. Callers: the rig and the launcher's tests.
import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

/** Ports of one Consign, passive ports included. */
const rowLength = 60;
/** Below Linux's ephemeral ports (32768 and up), which any outgoing connection may take. */
const range = { from: 10_000, to: 32_000 };
const triesMax = 50;

/** A base whose ports are all free now on the loopback address, and given to no other test until this process ends. */
export async function findFreePortBase(): Promise<number> {
  for (let tries = 0; tries < triesMax; tries += 1) {
    const base = range.from + randomInt(Math.floor((range.to - range.from) / rowLength)) * rowLength;
    const row = Array.from({ length: rowLength }, (_, index) => base + index);
    if (!(await claim(base))) continue;
    const free = await Promise.all(row.map(isFree));
    if (free.every(Boolean)) return base;
  }
  throw new Error(`No row of ${rowLength} free ports was found.`);
}

/** Tests run in parallel, and take their ports some time after they have found them: the row's name is held, as an abstract socket. */
function claim(base: number): Promise<boolean> {
  return new Promise((resolve) => {
    const claimed = createServer().unref();
    claimed.once('error', () => resolve(false));
    claimed.listen(`\0consign-test-ports-${base}`, () => resolve(true));
  });
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ host: '127.0.0.1', port, exclusive: true }, () => server.close(() => resolve(true)));
  });
}
