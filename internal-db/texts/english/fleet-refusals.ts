// What is refused about appliances, rollouts and pins. English. Used by the services that refuse.

/** Each sentence by what is so. */
export const fleetRefusals = {
  siteWithoutAccount: 'A site belongs to an account: name that as well.',
  retired: (uid: string) => `${uid} is retired.`,
  notQuarantined: (uid: string) => `${uid} is in no quarantine.`,
  noAppliance: (uid: string) => `There is no appliance ${uid}.`,
  noType: (name: string) => `There is no type of appliance called ${name}.`,
  noSite: (account: string, site: string) => `${account} has no site called ${site}.`,
  noSiteThere: (site: string) => `The account has no site called ${site}.`,
  tooManyCodes: (max: number) => `An account has at most ${max} codes that are open. Withdraw some first.`,
  noRollout: (id: string) => `There is no rollout ${id}.`,
  nothingBefore: 'Nothing was rolled out before it. Name the version: --to VERSION',
  versionWithdrawn: (release: string) => `${release} is withdrawn.`,
  noPackage: (release: string) =>
    `${release} has no package for appliances. Make one: consign package build --help`,
  otherRollout: (product: string, version: string, state: string) =>
    `The rollout of ${product} ${version} to the same appliances is ${state}. End it first.`,
  wavesMustGrow: 'Each wave is larger than the one before it, and the last one is 100 per cent.',
  noWindow: (text: string) => `"${text}" is no window. Write for example: mon-fri 22:00-04:00 (UTC)`,
  noMaintenanceWindow: (text: string) =>
    `"${text}" is no maintenance window. Write for example mon-fri 22:00-04:00.`,
  notFromThere: (from: string, to: string) => `The rollout is ${from}; it can't be ${to} from there.`,
  noPin: (product: string, scope: string, subject: string) =>
    `No version of ${product} is pinned for the ${scope} ${subject}.`,
  notSetUp: 'The fleet is not set up. Run: consign fleet setup',
};
