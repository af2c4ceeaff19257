// The commands for the fleet: appliances, what is installed on them, and how a version comes to them. In the order in which help lists
// them. Called by all.ts.
import type { ListedCommand } from '../command-spec.ts';

/** Their rows. */
export const fleetCommands: readonly ListedCommand[] = [
  [
    'appliance type create',
    'create a type of appliance: a model, and what it runs',
    async () => (await import('./appliance-type.ts')).applianceTypeCreate,
  ],
  [
    'appliance type products',
    'set what appliances of a type run',
    async () => (await import('./appliance-type.ts')).applianceTypeProducts,
  ],
  [
    'appliance type list',
    'list the types of appliances',
    async () => (await import('./appliance-type.ts')).applianceTypeList,
  ],
  [
    'appliance site put',
    'note a place of an account: its node, its maintenance windows',
    async () => (await import('./appliance-site.ts')).applianceSitePut,
  ],
  [
    'appliance site list',
    'list the places of an account',
    async () => (await import('./appliance-site.ts')).applianceSiteList,
  ],
  [
    'appliance file put',
    'have appliances get a configuration file',
    async () => (await import('./appliance-file.ts')).applianceFilePut,
  ],
  [
    'appliance file list',
    'list the configuration files of appliances',
    async () => (await import('./appliance-file.ts')).applianceFileList,
  ],
  [
    'appliance file remove',
    'have appliances get a configuration file no more',
    async () => (await import('./appliance-file.ts')).applianceFileRemove,
  ],
  [
    'appliance invite',
    'make one-time codes that appliances are enrolled with',
    async () => (await import('./appliance-change.ts')).applianceInvite,
  ],
  [
    'appliance list',
    'list appliances, and when they beat last',
    async () => (await import('./appliance.ts')).applianceList,
  ],
  [
    'appliance show',
    'show what an appliance runs, what it was sent, and what happened to it',
    async () => (await import('./appliance.ts')).applianceShow,
  ],
  [
    'appliance ping',
    'have an appliance beat now',
    async () => (await import('./appliance.ts')).appliancePing,
  ],
  [
    'appliance restore',
    'bring an appliance back to what it confirmed last',
    async () => (await import('./appliance-change.ts')).applianceRestore,
  ],
  [
    'appliance release',
    'end the quarantine of an appliance',
    async () => (await import('./appliance-change.ts')).applianceRelease,
  ],
  [
    'appliance retire',
    'retire an appliance for good',
    async () => (await import('./appliance-change.ts')).applianceRetire,
  ],
  [
    'appliance group',
    'put an appliance into a group',
    async () => (await import('./appliance-change.ts')).applianceGroup,
  ],
  [
    'appliance tag',
    'set the tags of an appliance',
    async () => (await import('./appliance-change.ts')).applianceTag,
  ],
  [
    'appliance move',
    'set the site that an appliance stands at',
    async () => (await import('./appliance-change.ts')).applianceMove,
  ],
  [
    'appliance rename',
    'call an appliance something else',
    async () => (await import('./appliance-change.ts')).applianceRename,
  ],
  [
    'appliance refused',
    'list messages of appliances that were turned away',
    async () => (await import('./appliance.ts')).applianceRefused,
  ],
  [
    'fleet setup',
    'make the keys and first roots of the fleet, once',
    async () => (await import('./fleet-setup.ts')).fleetSetup,
  ],
  [
    'fleet status',
    'show who signs what for the fleet, and until when it lasts',
    async () => (await import('./fleet-status.ts')).fleetStatus,
  ],
  [
    'fleet root rotate',
    'give a repository of the fleet other keys, or a later end',
    async () => (await import('./fleet-root.ts')).fleetRootRotate,
  ],
  [
    'fleet sign',
    'look at a draft of the fleet’s metadata, and sign it',
    async () => (await import('./fleet-sign.ts')).fleetSign,
  ],
  [
    'fleet install',
    'install a draft that enough have signed',
    async () => (await import('./fleet-sign.ts')).fleetInstall,
  ],
  [
    'package build',
    'make a sealed package for appliances of a folder',
    async () => (await import('./package-build.ts')).packageBuild,
  ],
  [
    'package sign',
    'publish packages, and sign the list of all packages',
    async () => (await import('./package-sign.ts')).packageSign,
  ],
  [
    'package verify',
    'look through a package, every byte of it',
    async () => (await import('./package-build.ts')).packageVerify,
  ],
  [
    'rollout create',
    'bring a version to appliances, in waves',
    async () => (await import('./rollout.ts')).rolloutCreate,
  ],
  [
    'rollout status',
    'list rollouts, or show how far one is',
    async () => (await import('./rollout.ts')).rolloutStatus,
  ],
  [
    'rollout behind',
    'list the appliances without the newest release, and why',
    async () => (await import('./rollout.ts')).rolloutBehind,
  ],
  [
    'rollout pause',
    'hold a rollout up: nobody else gets the version',
    async () => (await import('./rollout.ts')).rolloutPause,
  ],
  [
    'rollout resume',
    'let a rollout go on that was paused, or has stopped',
    async () => (await import('./rollout.ts')).rolloutResume,
  ],
  ['rollout abort', 'end a rollout for good', async () => (await import('./rollout.ts')).rolloutAbort],
  [
    'rollout rollback',
    'end a rollout, and bring its appliances back at once',
    async () => (await import('./rollout.ts')).rolloutRollback,
  ],
  [
    'pin put',
    'hold a version for an appliance, a tag or a group',
    async () => (await import('./pin.ts')).pinPut,
  ],
  ['pin remove', 'let rollouts count again', async () => (await import('./pin.ts')).pinRemove],
  ['pin list', 'list the versions that are held', async () => (await import('./pin.ts')).pinList],
];
