// Operations about the fleet: appliances, codes for new ones, rollouts, and versions that are held.
import { adminMethods } from '#commlink/methods/admin-methods.ts';
import { Type, strictObject } from '#commlink/schema.ts';
import { restoreInPlace } from '../../admin/appliance-administration.ts';
import { createRollout as begin } from '../../fleet/rollouts/create-rollout.ts';
import {
  failedPercentDefault,
  missingPercentDefault,
  stopCountDefault,
} from '../../fleet/rollouts/limits.ts';
import { ofCommand, operation, type Operation, type OperationAddress } from './operation.ts';

const tag = 'fleet';
const reading = { tag, action: 'read' } as const;
const rollsOut = { tag, action: 'rollout.write', fails: [422] } as const;

/** What is done to one appliance. */
const toOne = (
  id: string,
  path: string,
  { action, summary }: Pick<OperationAddress, 'action' | 'summary'>,
): OperationAddress => ({
  id,
  route: `POST /fleet/appliances/:uid/${path}`,
  summary,
  tag,
  action,
  fails: [422],
});

const { actor, uid, reason } = adminMethods['appliance.restore'].params.properties;

const restore = operation({
  ...toOne('restoreAppliance', 'restoration', {
    action: 'appliance.write',
    summary: 'Bring it back to what it confirmed last, on the machine that has its keys',
  }),
  params: strictObject({ actor, uid, reason }),
  result: strictObject({}),
  run: async ({ context }, wanted) => {
    await restoreInPlace(context, wanted);
    return {};
  },
});

const { product, version, waves, ...more } = adminMethods['rollout.create'].params.properties;

const createRollout = operation({
  ...rollsOut,
  id: 'createRollout',
  route: 'POST /rollouts',
  summary: `Bring a version to appliances in waves: to all, unless groups or tags are named. It stops by itself at ${failedPercentDefault} % failed or ${missingPercentDefault} % missing, of ${stopCountDefault} or more, unless something else is said`,
  status: 201,
  fails: [404, 422],
  params: strictObject({
    actor,
    product,
    version,
    waves,
    reason,
    groups: Type.Optional(more.groups),
    tags: Type.Optional(more.tags),
    windows: Type.Optional(more.windows),
    failedPercentMax: Type.Optional(more.failedPercentMax),
    missingPercentMax: Type.Optional(more.missingPercentMax),
    stopCountMin: Type.Optional(more.stopCountMin),
  }),
  result: adminMethods['rollout.create'].result,
  run: async ({ context }, wanted) =>
    await begin(context, {
      groups: [],
      tags: [],
      windows: [],
      failedPercentMax: failedPercentDefault,
      missingPercentMax: missingPercentDefault,
      stopCountMin: stopCountDefault,
      ...wanted,
    }),
});

/** The rows. */
export const fleetOperations: readonly Operation[] = [
  ofCommand('appliance.list', {
    ...reading,
    id: 'listAppliances',
    route: 'GET /fleet/appliances',
    summary: 'Appliances by account, type, site, group, tag or state, and those that are missing',
  }),
  ofCommand('appliance.show', {
    ...reading,
    id: 'getAppliance',
    route: 'GET /fleet/appliances/:uid',
    summary:
      'An appliance: what it has, what it was sent and confirmed, its newest report, and what happened',
  }),
  ofCommand('appliance.ping', {
    ...toOne('pingAppliance', 'ping', {
      action: 'appliance.write',
      summary: 'Have it beat now; where it does not wait for a call, it beats at its time',
    }),
  }),
  ofCommand('appliance.change', {
    ...toOne('changeAppliance', 'change', {
      action: 'appliance.assign',
      summary:
        'Change its name, group, site or tags; what is not given stays, an empty site takes it from its own',
    }),
  }),
  restore,
  ofCommand('appliance.restore', {
    ...toOne('makeApplianceKeys', 'keys', {
      action: 'appliance.assign',
      summary:
        'The same, and a code with which a machine that has lost everything, or a new one, takes its place',
    }),
    status: 201,
  }),
  ofCommand('appliance.release', {
    ...toOne('releaseAppliance', 'release', { action: 'appliance.write', summary: 'End its quarantine' }),
  }),
  ofCommand('appliance.retire', {
    ...toOne('retireAppliance', 'retirement', {
      action: 'appliance.write',
      summary: 'Retire it for good: it is given nothing any more',
    }),
  }),
  ofCommand('appliance.refusals', {
    ...reading,
    id: 'listApplianceRefusals',
    route: 'GET /fleet/refusals',
    summary: 'Messages of appliances that were turned away, counted by why and from where',
  }),
  ofCommand('appliance.invite', {
    tag,
    action: 'appliance.assign',
    id: 'makeApplianceCodes',
    route: 'POST /fleet/codes',
    summary: 'Codes with which new appliances of an account enrol; told here alone',
    status: 201,
    fails: [404, 422],
  }),
  ofCommand('rollout.list', {
    ...reading,
    id: 'listRollouts',
    route: 'GET /rollouts',
    summary: 'Rollouts, of one product or of all, the newest first',
  }),
  createRollout,
  ofCommand('rollout.behind', {
    ...reading,
    id: 'listBehind',
    route: 'GET /rollouts/behind',
    summary: 'Appliances that have not the version that they should have, and why',
    fails: [404],
  }),
  ofCommand('rollout.status', {
    ...reading,
    id: 'getRollout',
    route: 'GET /rollouts/:rollout',
    summary: 'A rollout, and what became of the appliances in its open waves',
  }),
  ofCommand('rollout.setState', {
    ...rollsOut,
    id: 'setRolloutState',
    route: 'POST /rollouts/:rollout/state',
    summary: 'Pause it, go on with it, or abort it',
  }),
  ofCommand('rollout.rollback', {
    ...rollsOut,
    id: 'rollBack',
    route: 'POST /rollouts/:rollout/rollback',
    summary: 'Bring its appliances another version at once; without one, that which they had before',
    status: 201,
  }),
  ofCommand('pin.list', {
    ...reading,
    id: 'listPins',
    route: 'GET /pins',
    summary: 'Versions that are held, for an appliance, a tag or a group',
  }),
  ofCommand('pin.put', {
    ...rollsOut,
    id: 'pinVersion',
    route: 'POST /pins',
    summary: 'Hold a version, whatever is rolled out',
    fails: [404, 422],
  }),
  ofCommand('pin.remove', {
    ...rollsOut,
    id: 'unpinVersion',
    route: 'POST /pins/removal',
    summary: 'Hold it no longer',
    fails: [404, 422],
  }),
];
