// The console's list of rollouts, over real HTTPS, when there are more than a page shows.
import t from 'tap';
import { packageMediaType } from '#commlink/fleet/fleet-names.ts';
import { rolloutsPerPage } from '#internal-db/console/fleet/limits.ts';
import { startRoom } from '../support/running-room.ts';
import { StaffVisitor, staffPassword } from './staff-visitor.ts';

t.test('older rollouts are on further pages, each once, and the way back leads to the first', async (t) => {
  const room = await startRoom(t);
  const { admin } = room;
  const actor = 'test';
  const person = {
    actor,
    name: 'ann',
    displayName: 'Ann',
    password: staffPassword,
    role: 'operator' as const,
  };
  await admin.call('staff.create', person);
  await admin.call('product.create', { actor, name: 'tool', title: 'Tool', description: '' });
  const file = { name: 'tool.cpk', sizeBytes: 5, sha256: 'ab'.repeat(32), platform: null };
  const release = { product: 'tool', version: '1.0.0', channel: 'stable', draft: false };
  const files = [{ ...file, mediaType: packageMediaType }];
  await admin.call('release.publish', { actor, ...release, files });
  const groups = Array.from({ length: rolloutsPerPage + 3 }, (_, index) => `site-${index}`);
  for (const group of groups)
    await admin.call('rollout.create', {
      actor,
      product: 'tool',
      version: '1.0.0',
      groups: [group],
      tags: [],
      waves: [{ percent: 100, soakMs: 0 }],
      windows: [],
      failedPercentMax: 5,
      missingPercentMax: 10,
      stopCountMin: 3,
      reason: 'many sites',
    });
  const visitor = new StaffVisitor(room);
  await visitor.signInWithNewApp('ann');
  const shown = (body: string) => [...body.matchAll(/group (site-\d+)/g)].map((match) => match[1]);
  const first = await visitor.get('/rollouts');
  const cursor = /href="\/rollouts\?after&#61;([\w-]+)"[^>]*>Older ones</.exec(first.body)?.[1] ?? '';
  t.equal(shown(first.body).length, rolloutsPerPage);
  t.notMatch(first.body, 'First page');
  const second = await visitor.get(`/rollouts?after=${cursor}`);
  t.same([...shown(first.body), ...shown(second.body)], groups.toReversed());
  t.match(second.body, /href="\/rollouts"[^>]*>First page</);
  t.notMatch(second.body, 'Older ones');
  t.match(await visitor.get('/rollouts?after=bm90'), { status: 422 });
});
