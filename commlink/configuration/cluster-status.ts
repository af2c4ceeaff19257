// How the cluster's configuration stands, as one node sees it: put together from the protocol's state for people and for
// the commands that wait for a version. Caller: the shell. Pure.
import type { ClusterStatus, MemberStatus } from '../methods/operator-methods.ts';
import { describeVersion, type DecodedManifest } from './blocks/block.ts';
import { joinRequestsInStatusMax } from './limits.ts';
import type { CoreState } from './protocol/protocol-state.ts';
import { countValidSignatures } from './blocks/signed-manifest.ts';
import type { JoinRequest, StagingRefusal, VersionMessage } from './protocol/version-message.ts';

/** What the status is made of. */
export interface StatusSources {
  readonly core: CoreState;
  readonly installed: DecodedManifest;
  readonly proposals: readonly DecodedManifest[];
  readonly joinRequests: readonly JoinRequest[];
  readonly ownLinks: VersionMessage['links'];
  /** Why the installed version is not fully in force here, if so. */
  readonly fault: StagingRefusal | null;
  /** Whether a version is installed that is not in force yet. */
  readonly isInstalling: boolean;
  /** When each node was heard last, in milliseconds of the steady clock. */
  readonly heardAtMs: ReadonlyMap<string, number>;
  readonly nowMs: number;
  readonly refused: Record<string, number>;
}

/** Puts it together. */
export function composeStatus(sources: StatusSources): ClusterStatus {
  const { core, installed, proposals, refused } = sources;
  const { manifest, version } = installed;
  const told = [...core.reports.values()].map(({ from, joinRequests }) => ({ from, joinRequests }));
  const own = { from: core.self, joinRequests: sources.joinRequests };
  return {
    cluster: manifest.cluster,
    node: core.self,
    installed: version,
    candidate: core.candidate?.version ?? null,
    members: manifest.members.map((member) => memberStatus(member, sources)),
    links: manifest.links,
    joinRequests: openRequests([own, ...told], manifest.invitations),
    proposals: proposals.map((proposal) => proposalStatus(proposal, manifest.operators)),
    refused,
  };
}

function memberStatus(
  { name, role, state, id }: DecodedManifest['manifest']['members'][number],
  sources: StatusSources,
): MemberStatus {
  const { core, heardAtMs, nowMs } = sources;
  const inBarrier = core.candidate?.barrier.includes(id) ?? false;
  const heardAt = heardAtMs.get(id);
  const report = core.reports.get(id);
  const facts = id === core.self ? ownReport(sources) : report && reported(report);
  const heardAgoMs =
    id === core.self ? 0 : heardAt === undefined ? null : Math.max(0, Math.round(nowMs - heardAt));
  return {
    name,
    role,
    state,
    id,
    inBarrier,
    heardAgoMs,
    ...(facts ?? {
      installed: null,
      candidate: null,
      phase: null,
      declining: false,
      links: [],
      refusal: null,
    }),
  };
}

type Facts = Pick<MemberStatus, 'installed' | 'candidate' | 'phase' | 'declining' | 'links' | 'refusal'>;

function ownReport({ core, ownLinks, fault, isInstalling }: StatusSources): Facts {
  const { installed, candidate, phase, refusal } = core;
  const declining = core.declining || isInstalling;
  return {
    installed: installed.version,
    candidate: candidate?.version ?? null,
    phase,
    declining,
    links: ownLinks,
    refusal: refusal ?? fault,
  };
}

function reported({ installed, candidate, phase, declining, links, refusal }: VersionMessage): Facts {
  return { installed, candidate, phase, declining, links, refusal };
}

/**
 * A request counts while its invitation is open, and only as the contact tells it: whoever else named one could put its own
 * key in the place of the invited machine's.
 */
function openRequests(
  told: readonly { readonly from: string; readonly joinRequests: readonly JoinRequest[] }[],
  invitations: DecodedManifest['manifest']['invitations'],
): JoinRequest[] {
  const shown = invitations.flatMap(({ ticket, contact }) => {
    const requests = told.find(({ from }) => from === contact)?.joinRequests ?? [];
    return requests.find((request) => request.ticket === ticket) ?? [];
  });
  return shown.slice(0, joinRequestsInStatusMax);
}

function proposalStatus(
  proposal: DecodedManifest,
  { keys, threshold }: DecodedManifest['manifest']['operators'],
): ClusterStatus['proposals'][number] {
  const signed = countValidSignatures(proposal.signed, keys);
  const signers = keys.filter(({ id }) => signed.includes(id)).map(({ name }) => name);
  return { ...describeVersion(proposal), signers, signaturesMissing: Math.max(0, threshold - signed.length) };
}
