// Counting failed logins by network, with a clock of the test's own.
import t from 'tap';
import { parseNetwork, type IpNetwork } from '#commlink/ip-network.ts';
import { FailedLogins } from '#internal-db/bans/failed-logins.ts';
import { failedLoginsKeptMax } from '#internal-db/limits.ts';

const at = (text: string): IpNetwork => {
  const network = parseNetwork(text);
  if (network === null) throw new Error(`${text} is no network`);
  return network;
};
const windowMs = 1000;
const setUp = () => {
  const time = { nowMs: 1_000_000 };
  return { time, failed: new FailedLogins(() => time.nowMs) };
};

t.test('counts what failed within the window, by network', async (t) => {
  const { time, failed } = setUp();
  t.equal(failed.note(at('2001:db8::1'), 'jo', windowMs), 1);
  time.nowMs += 999;
  t.equal(failed.note(at('2001:db8::ffff:2'), 'ann', windowMs), 2, 'the same /64');
  t.equal(failed.note(at('2001:db8:0:1::1'), 'ann', windowMs), 1, 'another one');
  time.nowMs += 1;
  t.equal(failed.note(at('2001:db8::3'), 'jo', windowMs), 2, 'the first one is too long ago');
});

t.test('a success takes back what its own name failed, and nobody else', async (t) => {
  const { failed } = setUp();
  const nat = at('203.0.113.7');
  for (const name of ['jo', 'mallory', 'mallory', 'jo', 'mallory']) failed.note(nat, name, windowMs);
  failed.forgive(nat, 'jo');
  failed.forgive(at('203.0.113.8'), 'mallory');
  t.equal(failed.note(nat, 'mallory', windowMs), 4);
});

t.test('forgets a network with all that is in it', async (t) => {
  const { failed } = setUp();
  for (const address of ['203.0.113.7', '203.0.113.8', '203.0.114.1'])
    failed.note(at(address), 'jo', windowMs);
  failed.forget(at('203.0.113.0/24'));
  t.equal(failed.note(at('203.0.113.7'), 'jo', windowMs), 1);
  t.equal(failed.note(at('203.0.114.1'), 'jo', windowMs), 2);
});

t.test('keeps so many, and forgets the network that failed longest ago', async (t) => {
  const { failed } = setUp();
  const first = at('198.51.100.1');
  failed.note(first, 'jo', windowMs);
  for (let index = 0; index < failedLoginsKeptMax - 1; index += 1)
    failed.note(at(`10.${index >> 16}.${(index >> 8) & 255}.${index & 255}`), 'jo', windowMs);
  t.equal(failed.note(at('10.0.0.0'), 'jo', windowMs), 2, 'still there, but over the limit now');
  t.equal(failed.note(first, 'jo', windowMs), 1, 'the oldest is gone');
});
