// What becomes of slow transfers when the limits that made them slow are taken away.
import t from 'tap';
import { Bandwidth, type Rates } from '#ftp-node/sessions/bandwidth.ts';
import type { RunningTransfer } from '#ftp-node/sessions/live-connection.ts';
import { TransferSpeed } from '#ftp-node/sessions/transfer-speed.ts';
import { paceChangeMs, paceTrialMs, type NodeLimits } from '#ftp-node/limits.ts';

t.test('a transfer that used little of its rate is not held to that without a limit', async (t) => {
  const startedAtMs = performance.now() - 2 * paceTrialMs;
  const speed = new TransferSpeed(startedAtMs);
  speed.note(30_000, performance.now());
  const transfer = { server: 'session-server-1', account: 'acme', network: '10.0.0.1', download: 'dwn_1' };
  const slow = { ...transfer, speed, bytesPerSecondMax: 100_000 } as unknown as RunningTransfer;
  const limits = {
    bytesPerSecondMax: 100_000,
    bytesPerSecondPerAccountMax: 0,
    bytesPerSecondPerAddressMax: 0,
  };
  const told: Rates[] = [];
  const bandwidth = new Bandwidth({
    limits: () => limits as NodeLimits,
    running: () => [slow],
    paceOn: async (_server, rates) => void told.push(rates),
  });
  t.teardown(() => bandwidth.stop());
  const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 3 * paceChangeMs));
  bandwidth.change();
  await settled();
  t.ok((slow.bytesPerSecondMax ?? Infinity) < 100_000, 'it is given what it seems to want');
  limits.bytesPerSecondMax = 0;
  bandwidth.change();
  await settled();
  t.same(told.at(-1), [{ download: 'dwn_1', bytesPerSecond: null }]);
});
