// Alerts about the fleet: one a site, and one for all when they are too many; rollouts that have stopped.
import t from 'tap';
import { judgeFleet, judgeStrangers } from '#internal-db/alerts/find-fleet-alerts.ts';

const site = { account: 'acme', site: 'here', missingCount: 1, sinceMs: 1 };

t.test('a site with missing appliances has one alert, however many they are', async (t) => {
  const missingSites = [site, { ...site, site: null, missingCount: 900 }];
  t.match(judgeFleet({ missingSites, stoppedRollouts: [] }), [
    { kind: 'appliances_missing', subject: 'acme/here', text: /^An appliance of acme, site here, has/ },
    { kind: 'appliances_missing', subject: 'acme', text: /^900 appliances of acme have/ },
  ]);
  t.same(judgeFleet({ missingSites: [], stoppedRollouts: [] }), []);
});

t.test('when too many sites are concerned one alert tells of all', async (t) => {
  const missingSites = Array.from({ length: 21 }, (_each, index) => ({ ...site, site: `site-${index}` }));
  t.match(judgeFleet({ missingSites, stoppedRollouts: [] }), [
    { severity: 'critical', subject: 'many sites' },
  ]);
  t.equal(judgeFleet({ missingSites: missingSites.slice(1), stoppedRollouts: [] }).length, 20);
});

t.test('a rollout that has stopped is told with its reason', async (t) => {
  const stoppedRollouts = [{ id: 'rol_a', version: '2.0.0', stateReason: '4 of 6 installations failed' }];
  t.match(judgeFleet({ missingSites: [], stoppedRollouts }), [
    { kind: 'rollout_stopped', subject: 'rol_a', text: /4 of 6 installations failed/ },
  ]);
});

t.test('a copied appliance is told of by name, and strangers by their number', (t) => {
  const quarantined = [{ uid: 'apl_x', name: 'Lobby' }];
  t.match(judgeStrangers({ quarantined, refusedAppliances: [] }), [
    { kind: 'appliance_quarantined', severity: 'critical', subject: 'apl_x', text: /Lobby/ },
  ]);
  const refusedAppliances = [
    { kind: 'signature', senderCount: 1 },
    { kind: 'unknown', senderCount: 3 },
  ] as const;
  t.match(judgeStrangers({ quarantined: [], refusedAppliances }), [
    { kind: 'appliances_refused', subject: 'signature' },
    { kind: 'appliances_refused', subject: 'unknown', text: /3 came under names that no appliance has/ },
  ]);
  t.end();
});
