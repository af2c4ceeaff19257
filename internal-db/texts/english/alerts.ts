// What an operator should look at: what is so, and what to do. English. Used by alerts/.

/** An alert's sentence and its advice. */
export interface AlertSentences {
  readonly text: string;
  readonly advice: string;
}

/** By what was found; counts and times as numbers. */
export const alertTexts = {
  auditBroken: (text: string): AlertSentences => ({
    text,
    advice: 'Find out who could write to the database file; keep a copy of it. See: consign audit verify',
  }),
  certificateEnding: (days: number): AlertSentences => ({
    text:
      days <= 0
        ? 'The console’s certificate has ended: browsers refuse it.'
        : `The console’s certificate ends in ${days} days.`,
    advice: 'Give this node a new one: consign node identity --help',
  }),
  clockBehind: (seconds: number): AlertSentences => ({
    text: `This machine’s clock is ${seconds} s behind times that it has shown before.`,
    advice: 'Set it right, and let a time service keep it so.',
  }),
  databaseFull: {
    text: 'The database has refused a change, as its disk is full: nothing can be recorded, and so nothing new delivered.',
    advice: 'Make room on its disk. What was refused can be done again at once.',
  },
  databaseDiskLow: (free: string): AlertSentences => ({
    text: `The disk of the database has ${free} left. When it is full, nothing can be recorded, and so nothing delivered.`,
    advice: 'Make room on that disk.',
  }),
  stateDiskLow: (free: string): AlertSentences => ({
    text: `The disk of this internal-db’s state has ${free} left. When it is full, no original is taken in and no version of the configuration installed.`,
    advice: 'Make room on that disk.',
  }),
  nodeUnreachable: (node: string): AlertSentences => ({
    text: `No web front reaches the delivery node ${node}: what is staged there waits.`,
    advice: 'Look at its process and its log, then at its links: consign node list',
  }),
  storeroomLow: (node: string, free: string): AlertSentences => ({
    text: `The storeroom of ${node} has ${free} left.`,
    advice: 'Give it a larger disk.',
  }),
  notJailed: (node: string): AlertSentences => ({
    text: `The session servers of ${node} do not run in a jail.`,
    advice: 'Start the node as root, so that it can change root and user before it speaks with customers.',
  }),
  nodeClockApart: (node: string, secondsAhead: number): AlertSentences => ({
    text: `The clock of ${node} is ${apart(secondsAhead)} this machine’s: logins there are refused.`,
    advice:
      'Compare both clocks with a time service. If they are right, a web-front has shown old logins again: look at it.',
  }),
  databaseClockApart: (node: string, secondsAhead: number): AlertSentences => ({
    text: `The clock of ${node} is ${apart(secondsAhead)} the database server’s: it takes no part while another internal-db’s is right.`,
    advice: 'Compare both clocks with a time service, and set the wrong one right.',
  }),
  deliveriesWaiting: (node: string, count: number): AlertSentences => ({
    text: `${count === 1 ? 'A delivery is' : `${count} deliveries are`} still at ${node}, which is lost, and not at another node yet.`,
    advice:
      'They move as soon as a node is reached that has their files, or may fetch them. Look at placements and places: which nodes may.',
  }),
  bansBehind: (node: string): AlertSentences => ({
    text: `${node} does not go by the newest list of bans.`,
    advice: 'It gets the list as soon as it can be reached. See: consign bans list',
  }),
  ordersPending: (count: number): AlertSentences => ({
    text: `${count} orders to take files back are not confirmed by their nodes.`,
    advice: 'They are sent again and again. If a node is gone for good, take it out: consign node evict',
  }),
  artifactsLost: (node: string, count: number): AlertSentences => ({
    text: `${node} has lost ${count === 1 ? 'a file' : `${count} files`} within a day: damaged, or gone from its disk.`,
    advice: 'It gets them again by itself. Look at its disk and its log: what damaged them may go on.',
  }),
  originalsUnavailable: (trouble: string): AlertSentences => ({
    text: trouble,
    advice:
      'Download servers serve what they have. Look at the service, and at the setting origin of this database.',
  }),
  proposalsWaiting: (count: number): AlertSentences => ({
    text: `${count === 1 ? 'A change waits' : `${count} changes wait`} for a second person.`,
    advice: 'Look at the console’s page Approvals: what nobody approves within a day is not done.',
  }),
  mailsFailing: (count: number, minutes: number): AlertSentences => ({
    text: `${count} mails could not be sent yet; the oldest has waited for ${minutes} minutes.`,
    advice: 'Look at the mail server and at the log of this database. They are tried again by themselves.',
  }),
  nodeBehind: (node: string): AlertSentences => ({
    text: `${node} has not installed the cluster’s version of the configuration.`,
    advice: 'Look at its log. See: consign node list',
  }),
  /** Null: not since this program started. */
  nodeUnheard: (node: string, seconds: number | null): AlertSentences => ({
    text: `${node} was not heard ${seconds === null ? 'at all since this program started' : `for ${seconds} s`}. No version of the configuration can be installed without it.`,
    advice: `Look at its machine. If it is gone for good: consign node evict ${node}`,
  }),
  oldBag: (link: {
    from: string;
    to: string;
    count: number;
    old: number;
    current: number;
  }): AlertSentences => ({
    text: `${link.count} connections from ${link.from} to ${link.to} still use the keys of generation ${link.old}, not ${link.current}.`,
    advice: 'Bring the rotation to its end: consign bag rotate',
  }),
  rolloutStopped: (rollout: { id: string; version: string; reason: string }): AlertSentences => ({
    text: `The rollout of ${rollout.version} has stopped by itself: ${rollout.reason}.`,
    advice: `Look at its appliances, then let it go on, abort it or roll it back: consign rollout status ${rollout.id}`,
  }),
  /** Below zero: it has ended. */
  fleetEnding: (what: string, days: number): AlertSentences => ({
    text:
      days < 0
        ? `The ${what} has ended: appliances install nothing new.`
        : `The ${what} ends in ${days} days; appliances install nothing new then.`,
    advice: 'Have its holders sign it again. See: consign fleet status',
  }),
  applianceCopied: (appliance: { uid: string; name: string }): AlertSentences => ({
    text: `Two machines use the identity of ${appliance.name}: neither gets anything new.`,
    advice: `Switch the copy off, then give the right one new keys: consign appliance restore ${appliance.uid}`,
  }),
  strangers: (kind: 'unknown' | 'signature', count: number): AlertSentences => ({
    text:
      kind === 'unknown'
        ? `Within the hour, ${count} came under names that no appliance has.`
        : `Within the hour, messages came in the names of ${count} appliances that these have not signed.`,
    advice: 'See from where: consign appliance refused',
  }),
  manySitesMissing: (count: number): AlertSentences => ({
    text: `Appliances at more than ${count} sites have missed a beat.`,
    advice: 'So many at once: look at the web-fronts first, and at what is between them and the sites.',
  }),
  siteMissing: (account: string, site: string | null, count: number): AlertSentences => {
    const who = count === 1 ? 'An appliance' : `${count} appliances`;
    const where = site === null ? account : `${account}, site ${site},`;
    return {
      text: `${who} of ${where} ${count === 1 ? 'has' : 'have'} missed a beat.`,
      advice: `See which: consign appliance list --account ${account} --missing`,
    };
  },
};

function apart(secondsAhead: number): string {
  return `${Math.abs(secondsAhead)} s ${secondsAhead < 0 ? 'behind' : 'ahead of'}`;
}
