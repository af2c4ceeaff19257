// Who waits for pings: all of a small fleet; of a large one a share that the web-fronts have places for, the same ones each time.
import t from 'tap';
import { waitingPingsMax } from '#commlink/fleet/limits.ts';
import { fleetCountKeptMs } from '#internal-db/fleet/limits.ts';
import { PingPlaces } from '#internal-db/fleet/ping-places.ts';

t.test('as many as there are places for', async (t) => {
  let [nowMs, webFrontCount, applianceCount] = [0, 1, 3];
  const fleet = { total: async () => applianceCount };
  const places = new PingPlaces({
    clock: { nowMs: () => nowMs },
    relay: { webFrontCount: () => webFrontCount },
    store: { read: { appliances: fleet } },
  } as unknown as ConstructorParameters<typeof PingPlaces>[0]);
  const share = async (): Promise<number> => {
    let count = 0;
    for (let slot = 0; slot < 10_000; slot += 100) if (await places.hasPlaceFor(slot)) count += 1;
    return count;
  };
  t.equal(await share(), 100);
  applianceCount = waitingPingsMax * 8;
  t.equal(await share(), 100, 'counted now and then');
  nowMs += fleetCountKeptMs + 1;
  t.equal(await share(), 10, 'an eighth, and some places are kept free');
  t.ok(await places.hasPlaceFor(999));
  t.notOk(await places.hasPlaceFor(1000));
  webFrontCount = 2;
  t.equal(await share(), 20);
});
