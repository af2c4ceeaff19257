// Who is behind and why, as operators see it: an appliance that has its catalog and lacks another package is told apart from one that
// is busy installing, and says which one.
import t from 'tap';
import { renderBehindPage } from '#internal-db/console/fleet/behind-page.ts';
import type { StaffCaller } from '#internal-db/console/staff-session.ts';
import type { RunningRoom } from '../../support/running-room.ts';
import { address, beat, enrol, makeCode, startFleetRoom } from '../support/fleet-room.ts';

const about = 'It needs base >=2 & none is installed.';
const caller = {
  staff: { name: 'ann', displayName: 'Ann', role: 'support' },
  session: '',
  hasProved: true,
} as StaffCaller;

async function behind({ admin }: RunningRoom) {
  return (await admin.call('rollout.behind', { product: 'tool', after: null, limit: 10 })).appliances;
}

t.test('what an appliance waits for is said in place of that it installs', async (t) => {
  const { room, fleet } = await startFleetRoom(t);
  const { path, sha256 } = await fleet.publish('tool', '1.4.0');
  const enrolled = await enrol(room, await makeCode(room));
  const { appliance } = enrolled;
  await beat(room, enrolled, { cause: 'start' });
  t.match(await behind(room), [{ why: 'not_asked', detail: null }]);
  const message = appliance.sign('catalog-request', appliance.request());
  await room.webFront.call('fleet.catalog', {
    message,
    address,
    known: null,
    directorRoot: 1,
    packagesRoot: 1,
  });
  t.match(await behind(room), [{ why: 'installing', detail: null }]);

  const waiting = [{ path, code: 'unmet_dependency', about }];
  await beat(room, enrolled, { waiting });
  const [unmet] = await behind(room);
  t.match(unmet, { uid: appliance.uid, offered: '1.4.0', why: 'unmet_dependency', detail: about });
  const page = renderBehindPage(caller, { product: 'tool', appliances: unmet ? [unmet] : [], next: null });
  t.match(page, 'something that it needs is not installed: It needs base &#62;&#61;2 &#38; none is');

  await beat(room, enrolled, { waiting: [{ path, code: 'outside_window', about: '' }] });
  const [later] = await behind(room);
  t.match(later, { why: 'outside_window', detail: '' });
  const waits = renderBehindPage(caller, { product: 'tool', appliances: later ? [later] : [], next: null });
  t.match(waits, 'it waits for its maintenance window<');

  await beat(room, enrolled);
  t.match(await behind(room), [{ why: 'installing', detail: null }], 'it waits no more');
  appliance.installed = [{ product: 'tool', version: '1.4.0', path, sha256 }] as never;
  await beat(room, enrolled, { cause: 'installed', waiting });
  t.same(await behind(room), [], 'what it has it does not wait for');
});
