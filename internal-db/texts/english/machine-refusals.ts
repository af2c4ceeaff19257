// What is refused about bans, sessions, nodes, webhooks and the database. English. Used by the services that refuse.

/** Each sentence by what is so. */
export const machineRefusals = {
  notBanned: (network: string) => `${network} is not banned.`,
  noNetwork: (text: string) =>
    `"${text}" is no address or network. Write it like 203.0.113.7, 203.0.113.0/24 or 2001:db8:0:1::/64.`,
  tooWide: (text: string, bitsMin: number) =>
    `${text} is too wide to be banned: its prefix must have ${bitsMin} bits or more.`,
  neverBanned: (text: string) =>
    `${text} is not banned: the setting bans/neverNetworks of internal-db names it, or a part of it.`,
  noDeliveryNode: (name: string) => `There is no delivery node "${name}".`,
  noSession: (id: string) => `No session ${id} runs now.`,
  noSessionHeard: (id: string, nodes: string) =>
    `No session ${id} runs now. It may run at ${nodes}, which can't be asked now.`,
  tooManyWebhooks: (max: number) => `There are ${max} webhooks already. Remove one first.`,
  noWebhook: (id: string) => `There is no webhook ${id}.`,
  noReceiver: (text: string) =>
    `"${text}" is no URL of a receiver. Write it like https://hooks.example/consign.`,
  receiverWithExtras: 'A receiver’s URL has no user, password or fragment: messages are signed.',
  receiverWithoutTls: 'Messages go by https, or to a network in the setting webhooks/allowedNetworks.',
  notPublic: (host: string, setting: string) =>
    `${host} is no public address, and the setting ${setting} of internal-db does not name it.`,
  nobodyLinked: 'No web-front is linked; the delivery node can not be reached.',
  nameTaken: 'That name exists already. Choose another one.',
  databaseBusy: 'The database is very busy. Try again in a moment.',
  databaseEnding: 'The database is shutting down.',
  outcomeUnknown:
    'The database was lost while this was recorded. Look whether it was done before you do it again.',
  databaseAway: 'The database can not be reached. Try again in a moment.',
  diskFull: "The database's disk is full. Nothing was changed. Free some space on it, then try again.",
};
