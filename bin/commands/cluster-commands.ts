// The commands for the cluster itself: its configuration, its nodes, the keys of its links, its operators. In the order in
// which help lists them. Called by all.ts.
import type { ListedCommand } from '../command-spec.ts';

/** Their rows. */
export const clusterCommands: readonly ListedCommand[] = [
  [
    'config show',
    'show the installed configuration, of the whole cluster or of one place in it',
    async () => (await import('./config-show.ts')).configShow,
  ],
  ['config set', 'change values in your draft', async () => (await import('./config-set.ts')).configSet],
  [
    'config unset',
    'take values away in your draft, so that the defaults hold again',
    async () => (await import('./config-set.ts')).configUnset,
  ],
  [
    'config edit',
    'change your draft in an editor ($VISUAL or $EDITOR)',
    async () => (await import('./config-edit.ts')).configEdit,
  ],
  [
    'config diff',
    'show what your draft changes, and what would keep it from working',
    async () => (await import('./config-set.ts')).configDiff,
  ],
  [
    'config rebase',
    'carry your draft over to what another operator has published meanwhile',
    async () => (await import('./config-set.ts')).configRebase,
  ],
  ['config discard', 'throw your draft away', async () => (await import('./config-set.ts')).configDiscard],
  [
    'config publish',
    'publish your draft: all nodes take it together, or it is taken back',
    async () => (await import('./config-publish.ts')).configPublish,
  ],
  [
    'config history',
    'list the versions that were installed, newest first',
    async () => (await import('./config-show.ts')).configHistory,
  ],
  [
    'config rollback',
    'publish the policy and settings of an earlier version again',
    async () => (await import('./config-publish.ts')).configRollback,
  ],
  [
    'config proposals',
    'list the versions that wait for the signatures of other operators',
    async () => (await import('./config-show.ts')).configProposals,
  ],
  [
    'config sign',
    'look at a version that waits for signatures, and sign it',
    async () => (await import('./config-sign.ts')).configSign,
  ],
  [
    'node list',
    'list the nodes: role, versions, phase, links by bag generation, when last heard',
    async () => (await import('./node-list.ts')).nodeList,
  ],
  [
    'node invite',
    'let a new machine join: prints a ticket once, and waits until the node takes part',
    async () => (await import('./node-invite.ts')).nodeInvite,
  ],
  [
    'node admit',
    'go on with a node that was invited: sign it in, wait until it takes part',
    async () => (await import('./node-invite.ts')).nodeAdmit,
  ],
  [
    'node join',
    'make this machine a node of a cluster, with a ticket from consign node invite',
    async () => (await import('./node-join.ts')).nodeJoin,
  ],
  [
    'node drain',
    'let an FTP node finish what it sends and take nothing new, then wait until it is idle',
    async () => (await import('./node-drain.ts')).nodeDrain,
  ],
  [
    'node evict',
    'take nodes out of the cluster; nobody waits for them, or talks to them, from then on',
    async () => (await import('./node-evict.ts')).nodeEvict,
  ],
  [
    'node replace',
    'put a new machine in the place of a node, under its name and with its settings',
    async () => (await import('./node-invite.ts')).nodeReplace,
  ],
  [
    'node identity',
    'give a node a new certificate, and an FTP node its SSH host keys, without a restart',
    async () => (await import('./node-evict.ts')).nodeIdentity,
  ],
  [
    'bag status',
    'show the key bags of each link: generations, age, when due, what is in use',
    async () => (await import('./bag.ts')).bagStatus,
  ],
  [
    'bag rotate',
    'give every link new keys, and erase the old ones, while customers download',
    async () => (await import('./bag.ts')).bagRotate,
  ],
  [
    'bag abort',
    'give up a rotation that was begun, and go back to the old keys',
    async () => (await import('./bag.ts')).bagAbort,
  ],
  [
    'operator init',
    'make an operator key of your own, in a file that only you can read',
    async () => (await import('./operator.ts')).operatorInit,
  ],
  [
    'operator show',
    'show the public part of your operator key, to hand to others',
    async () => (await import('./operator.ts')).operatorShow,
  ],
  [
    'operator passphrase',
    'set, change or remove the passphrase of your operator key',
    async () => (await import('./operator.ts')).operatorPassphrase,
  ],
  [
    'operator list',
    'list the operators, and how many of them must sign',
    async () => (await import('./operator-change.ts')).operatorList,
  ],
  [
    'operator add',
    "let another operator's key sign, and see the configuration",
    async () => (await import('./operator-change.ts')).operatorAdd,
  ],
  [
    'operator remove',
    "no longer let an operator's key sign or see anything",
    async () => (await import('./operator-change.ts')).operatorRemove,
  ],
];
