// Whose word counts in what an operator is shown: machines that ask to join are signed in upon it.
import t from 'tap';
import { composeStatus, type StatusSources } from '#commlink/configuration/cluster-status.ts';
import { planOf } from '#commlink/configuration/protocol/plan.ts';
import { initialState } from '#commlink/configuration/protocol/protocol-state.ts';
import type { JoinRequest, VersionMessage } from '#commlink/configuration/protocol/version-message.ts';
import { createNodeKeys } from '#commlink/node-keys.ts';
import { composeInvitation } from '#commlink/operator/compose-invitation.ts';
import { createTicketSecret } from '#commlink/operator/join-ticket.ts';
import {
  cluster,
  editionOf,
  follow,
  idOf,
  joinRequest,
  makeCluster,
  nowMs,
  type HeldBlock,
} from './composed-cluster.ts';

const { operators, genesis } = await makeCluster();
const { ticket, secret } = createTicketSecret();
const [web, ftp] = [idOf(genesis, 'web1'), idOf(genesis, 'ftp1')];
const invitation = {
  ticket,
  name: 'web2',
  role: 'web-front',
  contact: web,
  expiresAtMs: nowMs + 60_000,
} as const;
const invited = await follow(
  genesis,
  await composeInvitation(editionOf(genesis), { invitation, secret }),
  operators,
);
const [machine, attacker] = [createNodeKeys(), createNodeKeys()].map((keys) =>
  joinRequest(keys, { ticket, name: 'web2', role: 'web-front' }),
) as [JoinRequest, JoinRequest];

function messageOf(from: string, joinRequests: JoinRequest[]): VersionMessage {
  return {
    cluster,
    from,
    incarnation: 1,
    n: 1,
    installed: invited.version,
    candidate: null,
    phase: 'idle',
    declining: false,
    knows: [],
    links: [],
    refusal: null,
    joinRequests,
    sentAtMs: nowMs,
  };
}

/** The requests that the node `self` shows, which knows of `own` by itself. */
function shownAt(
  { block, self, own }: { block: HeldBlock; self: string; own: JoinRequest[] },
  heard: VersionMessage[],
): JoinRequest[] {
  const core = initialState(self, planOf(block.manifest, block.version));
  const sources: StatusSources = {
    core: { ...core, reports: new Map(heard.map((message) => [message.from, message])) },
    installed: block,
    proposals: [],
    joinRequests: own,
    ownLinks: [],
    fault: null,
    isInstalling: false,
    heardAtMs: new Map(),
    nowMs,
    refused: {},
  };
  return composeStatus(sources).joinRequests;
}

void t.test('a request to join counts as the contact tells it, whoever else names another key', async (t) => {
  const atDb = { block: invited, self: idOf(genesis, 'db1'), own: [] };
  const [fromContact, fromOther] = [messageOf(web, [machine]), messageOf(ftp, [attacker])];
  t.same(shownAt(atDb, [fromContact, fromOther]), [machine]);
  t.same(shownAt(atDb, [fromOther, fromContact]), [machine]);
  t.same(shownAt(atDb, [fromOther]), [], 'nobody has shown the ticket to the contact');
  t.same(shownAt({ ...atDb, self: ftp, own: [attacker] }, []), [], 'nor has the asked node a say');
  t.same(shownAt({ ...atDb, self: web, own: [machine] }, [fromOther]), [machine], 'the contact is asked');
  t.same(shownAt({ ...atDb, block: genesis }, [fromContact]), [], 'there is no invitation any more');
});
