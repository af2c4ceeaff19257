// What is refused about customers: accounts, people, entitlements, deliveries, licence agreements. English. Used by the services that refuse.

/** Each sentence by what is so. */
export const customerRefusals = {
  noAccount: (name: string) => `There is no account ${name}.`,
  noUser: (name: string) => `There is no user ${name}.`,
  noSuchKey: (user: string) => `${user} has no such key.`,
  nameLikeDelivery: (name: string) => `The name ${name} looks like a delivery's login. Choose another one.`,
  noNode: (name: string) => `There is no FTP node ${name}.`,
  noEntitlement: (id: string) => `There is no entitlement ${id}.`,
  notItsEntitlement: (account: string) => `${account} has no such entitlement.`,
  revokedAlready: (id: string, at: string, by: string) => `${id} was revoked already, at ${at} by ${by}.`,
  noRange: (text: string) =>
    `${text} is not a version range. Examples: "*" (all), "2.x", ">=2.1 <3", "1.4.2".`,
  endsBeforeItBegins: 'The entitlement would end before it begins. Exchange the two dates.',
  hasNoEnd: (id: string) => `${id} has no end: it can't be extended.`,
  lastsAlready: (id: string, day: string) => `${id} lasts until ${day} already. Choose a later day.`,
  endInThePast: 'The new end is in the past. Choose a later day.',
  noDelivery: (id: string) => `There is no delivery ${id}.`,
  nobodyFetches: 'The file has to be fetched by a delivery node first, and none answers.',
  tooManyStaged: (count: number) =>
    `${count} files are staged for this account already. Fetch or cancel some, then try again.`,
  noOtherNode: 'There is no other delivery node.',
  noNodeAtAll: 'No delivery node is configured. Ask the operator.',
  viewsAreOff:
    'Seeing the portal as a customer is switched off (settings console.viewAsCustomer and portalUrl).',
  nobodyOfThatName: (account: string, user: string) => `${account} has nobody called ${user}.`,
  suspendedView: (account: string) => `${account} is suspended: nobody of it gets into the portal.`,
  noMailForInvitations: 'No mail is configured, so that nobody can be invited.',
  noMail: 'No mail is configured.',
  noAddress: (name: string) => `${name} has no e-mail address.`,
  suspended: (account: string) => `${account} is suspended.`,
  linksEnough: (name: string) => `Links enough were sent to ${name} within the last hour, and still work.`,
  noAgreementVersion: (agreement: string) =>
    `There is no such version of the licence agreement ${agreement}.`,
  agreementExists: (version: string, name: string) =>
    `There is a version ${version} of ${name} already. Texts never change.`,
  agreementTooEarly: 'A version is in force from now on or later, and after those that there are.',
  accountTaken: (name: string) => `There is an account ${name} already.`,
  userTaken: (name: string) =>
    `There is a user ${name} already, or was one, or that address is another user's in this account.`,
  otherHolder: (other: string, product: string, file: string) =>
    `${other} is entitled to ${product} too, and could download ${file}. Publish it in a product of its own, for this customer alone.`,
  filesOfOthers: (product: string, other: string, account: string) =>
    `${product} has configuration files for sites or appliances of ${other}, which ${account} could then download.`,
};
