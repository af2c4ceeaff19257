// Changes that wait for a second person: what each is, and what it would do. English. Used by second-person/.

/** Each change in a sentence. */
export const changeTexts = {
  withdraw: (release: string) => `Withdraw ${release}`,
  revokeOneMore: 'Revoke one more entitlement, after many',
  many: 'Make many changes at once',
  suspend: (account: string) => `Suspend ${account}`,
  endAccess: (name: string) => `End the access of ${name}`,
  resetUser: (user: string) => `Take the second factors of the customer's user ${user}`,
  addStaff: (name: string, role: string) => `Add ${name} to the staff as ${role}`,
  giveRole: (name: string, role: string) => `Give ${name} the role ${role}`,
  readmit: (name: string) => `Let ${name} sign in again`,
  resetStaff: (name: string) => `Take the second factors of ${name}`,
};

/** What is told of a change before somebody decides. */
export const previewTexts = {
  impossible: 'It cannot be done now',
  release: 'Release',
  stateNow: 'State now',
  holders: 'Customers who have it',
  endedDeliveries: 'Deliveries that end',
  asOf: 'As of',
  grants: 'Grants',
  extensions: 'Extensions',
  revocations: 'Revocations',
  customers: 'Customers',
  missingAgreements: 'Agreements that nobody can accept yet',
  customer: 'Customer',
  newMember: 'New',
  role: 'Role',
  newRole: 'New role',
  member: 'Member of staff',
  roleNow: 'Role now',
  maySignIn: 'May sign in now',
  yes: 'yes',
  no: 'no',
  person: 'Person',
};
