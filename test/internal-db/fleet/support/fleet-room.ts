// A room with a fleet that is set up, and appliances of the type `box`, which runs `tool`, that enrol and beat over a web-front.
import type { Test } from 'tap';
import { verifyBeatReply } from '#commlink/fleet/beat-reply.ts';
import { timestampKeys } from '#commlink/fleet/tuf/verify-bundle.ts';
import type { InternalDbSettings } from '#commlink/settings/internal-db-settings.ts';
import { newRecordId } from '#internal-db/record-id.ts';
import { seedRoom, startRoom, type RunningRoom } from '../../support/running-room.ts';
import { SignedFleet, TestAppliance } from './signed-fleet.ts';

/** Who does what operators do. */
export const actor = 'test:operator';
/** Where appliances come from. */
export const address = '192.0.2.7';
/** What codes are made for. */
export const codeWish = {
  actor,
  account: 'acme',
  type: 'box',
  site: null,
  group: null,
  label: '',
  lifetimeMs: 600_000,
};

/** Starts it. */
export async function startFleetRoom(t: Test, settings: Partial<InternalDbSettings> = {}) {
  const room = await startRoom(t, [], settings);
  await seedRoom(room);
  const fleet = new SignedFleet(room.admin);
  await fleet.setUp();
  const { store, clock } = room.services.context;
  const product = await store.read.catalog.productByName('tool');
  const type = {
    id: newRecordId('apt'),
    name: 'box',
    title: 'Box',
    channel: 'stable',
    createdAtMs: clock.nowMs(),
  };
  await store.transaction(({ fleetTypes }) => fleetTypes.insertType(type, [product?.id ?? '']));
  return { room, fleet, store };
}

/** Makes a code. */
export async function makeCode({ admin }: RunningRoom): Promise<string> {
  const { codes } = await admin.call('appliance.invite', { ...codeWish, count: 1 });
  return codes[0]?.code ?? '';
}

/** Enrols an appliance. */
export async function enrol(room: RunningRoom, code: string, appliance = new TestAppliance()) {
  const answer = await room.webFront.call('fleet.enrol', { message: appliance.enrolment(code), address });
  if (!answer.accepted) throw new Error(`not enrolled: ${answer.reason}`);
  return { appliance, reply: appliance.take(answer.reply) };
}

/** Has it beat; the answer is verified. */
export async function beat(
  room: RunningRoom,
  { appliance, reply }: Awaited<ReturnType<typeof enrol>>,
  otherwise = {},
) {
  const body = appliance.beat(otherwise);
  const { answers } = await room.webFront.call('fleet.beats', {
    beats: [{ message: appliance.sign('beat', body), address }],
  });
  const [answer] = answers;
  if (!answer?.accepted) return { refused: answer?.reason ?? null, reply: null };
  return { refused: null, reply: verifyBeatReply(answer.reply, timestampKeys(reply.directorRoot), body) };
}
