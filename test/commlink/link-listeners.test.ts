// The listener that moves: what is open when, and for how long.
import { setTimeout as sleep } from 'node:timers/promises';
import t from 'tap';
import { LinkListeners } from '#commlink/link/link-listeners.ts';

const at = (port: number): { host: string; port: number } => ({ host: 'here', port });

/** Listeners that only remember whether they are open. */
function stage(handoverMs = 40): { listeners: LinkListeners; open: Set<number>; opened: number[] } {
  const open = new Set<number>();
  const opened: number[] = [];
  const listeners = new LinkListeners({
    handoverMs,
    open: async ({ port }) => {
      if (port === 13) throw new Error('taken');
      open.add(port);
      opened.push(port);
      return { port, close: async () => void open.delete(port) };
    },
  });
  return { listeners, open, opened };
}

void t.test('the new one is open before the old one closes, which it does after a while', async (t) => {
  const { listeners, open } = stage();
  await listeners.moveTo(at(1));
  await listeners.moveTo(at(2));
  t.same([...open], [1, 2]);
  t.equal(listeners.port, 2);
  await sleep(80);
  t.same([...open], [2]);
});

void t.test('moving back in time finds the old one open, and it stays', async (t) => {
  const { listeners, open, opened } = stage();
  await listeners.moveTo(at(1));
  await listeners.moveTo(at(2));
  await listeners.moveTo(at(1));
  await sleep(80);
  t.same([...open], [1]);
  t.same(opened, [1, 2]);
});

void t.test('what is claimed stays open until it is released; two claims are one listener', async (t) => {
  const { listeners, open, opened } = stage();
  const first = await listeners.claim(at(3));
  const second = await listeners.claim(at(3));
  await first();
  t.same([...open], [3]);
  await second();
  t.same([...open], []);
  const kept = await listeners.claim(at(4));
  await listeners.moveTo(at(4));
  await kept();
  t.same([...open], [4]);
  t.same(opened, [3, 4]);
});

void t.test('a claim on one that is being left keeps it beyond its time', async (t) => {
  const { listeners, open } = stage();
  await listeners.moveTo(at(1));
  await listeners.moveTo(null);
  t.equal(listeners.port, undefined);
  const release = await listeners.claim(at(1));
  await sleep(80);
  t.same([...open], [1]);
  await release();
  t.same([...open], []);
});

void t.test('one that cannot be opened changes nothing', async (t) => {
  const { listeners, open } = stage();
  await listeners.moveTo(at(1));
  await t.rejects(listeners.claim(at(13)));
  await t.rejects(listeners.moveTo(at(13)));
  t.equal(listeners.port, 1);
  t.same([...open], [1]);
});

void t.test('closing closes all', async (t) => {
  const { listeners, open } = stage();
  await listeners.moveTo(at(1));
  await listeners.moveTo(at(2));
  await listeners.claim(at(3));
  await listeners.close();
  t.same([...open], []);
});
