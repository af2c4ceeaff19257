// The description of the console's API as pages: a page for each tag, which together have every operation, none of them long.
import t from 'tap';
import { operations } from '#internal-db/console/api/operations.ts';
import { startRoom } from '../support/running-room.ts';
import { sendToConsole } from './staff-browser.ts';

const bytesMax = 100_000;

t.test('the pages describe each operation, and the first one leads to all of them', async (t) => {
  const room = await startRoom(t);
  const read = async (path: string) => {
    const { status, body } = await sendToConsole(room, { method: 'GET', path }, { headers: {} });
    t.equal(status, 200, path);
    t.ok(Buffer.byteLength(body) < bytesMax, `${path}: ${Buffer.byteLength(body)} bytes`);
    return body;
  };
  const overview = await read('/api/v1/');
  t.match(overview, 'How it is called');
  const tags = [...new Set(operations.map(({ tag }) => tag))];
  for (const tag of tags) {
    const page = await read(`/api/v1/?tag=${tag}`);
    for (const { id } of operations.filter((row) => row.tag === tag)) {
      t.match(page, `id="${id}"`);
      t.match(overview, `?tag&#61;${tag}#${id}"`);
    }
  }
  t.equal(await read('/api/v1/?tag=nothing'), overview, 'a tag that there is not');
});
