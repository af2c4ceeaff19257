// Ids of requests: well formed, and never the same one twice, however many random bytes are drawn at once.
import t from 'tap';
import { createIncidentIds } from '#web-front/http/incident-ids.ts';

t.test('a thousand ids are a thousand different ones of 12 characters', async (t) => {
  const nextId = createIncidentIds();
  const ids = Array.from({ length: 1000 }, nextId);
  t.equal(new Set(ids).size, ids.length);
  t.same(
    ids.filter((id) => !/^[0-9a-hjkmnp-tv-z]{12}$/.test(id)),
    [],
  );
});

t.test('each place of an id has all 32 characters', async (t) => {
  const nextId = createIncidentIds();
  const ids = Array.from({ length: 5000 }, nextId);
  for (let place = 0; place < 12; place += 1) {
    t.equal(new Set(ids.map((id) => id[place])).size, 32, `place ${place}`);
  }
});

t.test('two makers do not give the same ids', async (t) => {
  t.not(createIncidentIds()(), createIncidentIds()());
});
