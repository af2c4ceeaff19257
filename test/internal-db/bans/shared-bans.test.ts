// Bans of several internal-dbs on one database: each goes by what another has banned or lifted, and whoever sends the list to the
// nodes sends it under the same number, however their clocks differ.
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { parseNetwork } from '#commlink/ip-network.ts';
import type { BanListDocument } from '#commlink/methods/ban-list.ts';
import { BanRegister } from '#internal-db/bans/ban-register.ts';
import { FailedLogins } from '#internal-db/bans/failed-logins.ts';
import type { Clock } from '#internal-db/clock.ts';
import { openSqliteStore } from '#internal-db/store/sqlite/open-sqlite-store.ts';
import type { Store } from '#internal-db/store/store.ts';
import { temporaryFolder } from '../../rig/temporary-folder.ts';
import { internalDbSettings } from '../support/test-cluster.ts';

/** A register whose machine's clock is so far ahead, and what it would send. */
async function openRegister(store: Store, aheadMs: number) {
  const nowMs = () => Date.now() + aheadMs;
  const clock: Clock = { nowMs, wallMs: nowMs, behindMs: () => 0 };
  const sent: { list: BanListDocument['bans']; sequence: number }[] = [];
  const sender = {
    replace: (list: BanListDocument['bans'], sequence: number) => void sent.push({ list, sequence }),
    sendNow: () => Promise.resolve(),
  };
  let { bans } = internalDbSettings();
  const parts = { store, clock, failedLogins: new FailedLogins(nowMs), sender, settings: () => bans };
  const register = await BanRegister.open(parts);
  const spare = (neverNetworks: string[]) => (bans = { ...bans, neverNetworks });
  return { register, newest: () => sent.at(-1) ?? { list: [], sequence: 0 }, spare };
}

function networkOf(text: string) {
  const network = parseNetwork(text);
  if (network === null) throw new Error(`${text} is no network`);
  return network;
}

async function openBoth(t: Test) {
  const store = openSqliteStore(join(temporaryFolder(t), 'consign.db'));
  t.teardown(() => store.close());
  const [ahead, behind] = [await openRegister(store, 600_000), await openRegister(store, 0)];
  await ahead.register.follow();
  return { ahead, behind };
}

const words = { actor: 'staff:ann', reason: 'test' };
const anHour = () => Promise.resolve(3_600_000);

t.test('what one bans or lifts, the other goes by', async (t) => {
  const { ahead, behind } = await openBoth(t);
  const network = networkOf('192.0.2.0/24');
  await ahead.register.add(network, words, anHour);
  t.equal(behind.register.bannedUntilMs('192.0.2.7'), null, 'not before it looks');
  await behind.register.follow();
  t.type(behind.register.bannedUntilMs('192.0.2.7'), 'number');
  await behind.register.lift(network, words);
  await ahead.register.follow();
  t.equal(ahead.register.bannedUntilMs('192.0.2.7'), null);
});

t.test('the list has one number, which grows with each change, whoever makes it', async (t) => {
  const { ahead, behind } = await openBoth(t);
  t.equal(ahead.newest().sequence, behind.newest().sequence);
  let before = ahead.newest().sequence;
  for (const [index, maker] of [ahead, behind, ahead, behind].entries()) {
    await maker.register.add(networkOf(`198.51.100.${index}`), words, anHour);
    const follower = maker === ahead ? behind : ahead;
    await follower.register.follow();
    t.equal(follower.newest().sequence, maker.newest().sequence);
    t.same(follower.newest().list, maker.newest().list);
    t.ok(maker.newest().sequence > before, `${maker.newest().sequence} follows ${before}`);
    before = maker.newest().sequence;
  }
  await behind.register.follow();
  t.equal(behind.newest().sequence, before, 'without a change there is no new list');
});

t.test('a network that is never banned any more is left out, under a new number', async (t) => {
  const { ahead, behind } = await openBoth(t);
  await ahead.register.add(networkOf('203.0.113.5'), words, anHour);
  await behind.register.follow();
  const before = behind.newest().sequence;
  behind.spare(['203.0.113.0/24']);
  await behind.register.follow();
  t.equal(behind.register.bannedUntilMs('203.0.113.5'), null);
  t.same(behind.newest().list, []);
  t.ok(behind.newest().sequence > before);
});
