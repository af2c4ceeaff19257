// Who is listened to: noise of one does not silence others who share its address, and nobody beats without end.
import t from 'tap';
import type { InternalDbClient } from '#web-front/internal-db-client.ts';
import { BeatCalls } from '#web-front/fleet/beat-calls.ts';
import { FleetGate } from '#web-front/fleet/fleet-gate.ts';
import {
  beatCallCharactersMax,
  beatsPerApplianceMax,
  refusalsPerAddressMax,
  waitingBeatsCharactersMax,
} from '#web-front/fleet/limits.ts';
import { applianceMessageBytesMax, beatIntervalMs } from '#commlink/fleet/limits.ts';

const address = '203.0.113.9';
const [known, other] = ['apl_known', 'apl_other'];
const accepted = { accepted: true } as const;
const refused = <const R extends string>(reason: R) => ({ accepted: false, reason }) as const;

function makeNoise(gate: FleetGate, sender = { address, uid: '' }, count = refusalsPerAddressMax): void {
  for (let done = 0; done < count; done += 1) gate.note(sender, refused('malformed'));
}

t.test('noise at a site silences strangers there, and nobody who has proved itself', async (t) => {
  const gate = new FleetGate();
  gate.note({ address, uid: known }, accepted);
  makeNoise(gate);
  t.throws(() => gate.admit({ address, uid: other }), { code: 'rate_limited' });
  t.throws(() => gate.admitEnrolment(address), { code: 'rate_limited' });
  gate.admit({ address, uid: known });
});

t.test('who makes noise in a proven name silences that name there', async (t) => {
  const gate = new FleetGate();
  for (const uid of [known, other]) gate.note({ address, uid }, accepted);
  makeNoise(gate, { address, uid: known });
  t.throws(() => gate.admit({ address, uid: known }), { code: 'rate_limited' });
  gate.admit({ address, uid: other });
  gate.admitEnrolment(address);
});

t.test('what meets honest appliances is no noise', async (t) => {
  const gate = new FleetGate();
  for (const reason of ['stale', 'retired', 'not_ready', 'full'] as const)
    for (let count = 0; count < refusalsPerAddressMax; count += 1)
      gate.note({ address, uid: known }, refused(reason));
  gate.admit({ address, uid: known });
  for (const reason of ['fault', 'unknown', 'signature', 'code'] as const)
    for (let count = 0; count < refusalsPerAddressMax / 4; count += 1)
      gate.note({ address, uid: known }, refused(reason));
  t.throws(() => gate.admit({ address, uid: known }), { code: 'rate_limited' });
});

t.test('an IPv6 site is one', async (t) => {
  const gate = new FleetGate();
  for (let end = 0; end < refusalsPerAddressMax; end += 1)
    gate.note({ address: `2001:db8::${end.toString(16)}`, uid: '' }, refused('unknown'));
  t.throws(() => gate.admit({ address: '2001:db8::ffff', uid: known }), { code: 'rate_limited' });
  gate.admit({ address: '2001:db8:0:1::1', uid: known });
});

t.test('beats of one appliance are bounded by how often it is to beat', async (t) => {
  const gate = new FleetGate();
  for (let count = 0; count < beatsPerApplianceMax; count += 1) {
    gate.admitBeat(known, beatIntervalMs);
    gate.noteBeat(known);
  }
  t.throws(() => gate.admitBeat(known, beatIntervalMs), { code: 'rate_limited' });
  gate.admitBeat(other, beatIntervalMs);
  gate.admitBeat(known, 2000);
});

t.test('beats that wait are bounded by their characters, and so is a call', async (t) => {
  const sizes: number[] = [];
  const gate = Promise.withResolvers<undefined>();
  const call = async (_method: string, { beats }: { beats: readonly unknown[] }) => {
    sizes.push(beats.length);
    await gate.promise;
    return { answers: beats.map(() => ({ accepted: true, reply: '' })), intervalMs: 7000 };
  };
  const calls = new BeatCalls({ call } as unknown as InternalDbClient);
  t.equal(calls.intervalMs, beatIntervalMs);
  const beat = { message: 'm'.repeat(applianceMessageBytesMax), address };
  const sent: Promise<unknown>[] = [];
  for (let count = 0; count < waitingBeatsCharactersMax / applianceMessageBytesMax; count += 1)
    sent.push(calls.send(beat));
  await t.rejects(calls.send(beat), { code: 'service_unavailable' });
  gate.resolve(undefined);
  await Promise.all(sent);
  t.ok(
    sizes.every((size) => size === beatCallCharactersMax / applianceMessageBytesMax),
    'eight at a time',
  );
  t.equal(calls.intervalMs, 7000);
  await calls.send(beat);
});
