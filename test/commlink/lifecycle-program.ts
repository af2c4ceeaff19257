// The program that process-lifecycle.test.ts starts and stops; its argument says how it is to behave.
import { setTimeout as sleep } from 'node:timers/promises';
import { StartupError, announceReady, exitWithPlainError, onShutdown } from '#commlink/process-lifecycle.ts';

const how = process.argv[2];
setInterval(() => undefined, 60_000);

if (how === 'misconfigured')
  exitWithPlainError(new StartupError('PORT_TAKEN', 'The port is taken. Choose another.'));
if (how === 'broken') exitWithPlainError(new Error('Something else.'));
// Until its parent has surely gone.
while (how === 'slow-start' && process.connected) await sleep(10);
onShutdown(async () => {
  if (how === 'failing-stop') throw new Error('It would not stop.');
  if (process.connected) process.send?.('stopping');
  await sleep(how === 'slow-stop' ? 150 : 0);
  process.stderr.write('stopped\n');
});
announceReady({});
if (how === 'ready') announceReady({ pids: { session: 7 } });
