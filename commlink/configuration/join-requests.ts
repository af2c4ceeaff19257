// The machines that ask this node to be let in. The link has checked their ticket's secret and the key that they made;
// here the request is kept, durably, for the operators to see, and a ticket is bound to the first key that used it.
// Caller: the shell. A machine that was let in may still come back with its ticket until it has been heard as a member.
import type { OpenInvitation } from '../commlink.ts';
import type { CallPeer } from '../method-table.ts';
import { nodeIdOf } from '../node-keys.ts';
import { RpcError } from '../rpc-error.ts';
import type { ClusterVersion } from './protocol/cluster-version.ts';
import type { ConfigurationStore, KeptJoin } from './configuration-store.ts';
import { joinGraceMsMax, joinRequestsInMessageMax, joinsMax } from './limits.ts';
import type { Manifest } from './blocks/manifest.ts';
import type { JoinRequest } from './protocol/version-message.ts';

/** What is installed, as far as joining is concerned. */
export interface InstalledForJoin {
  readonly version: ClusterVersion;
  readonly manifest: Manifest;
  /** Those that this node is the contact of. */
  readonly invitations: readonly OpenInvitation[];
}

/** The requests at one node. */
export class JoinRequests {
  readonly #store: ConfigurationStore;
  readonly #installed: () => InstalledForJoin;
  #joins: readonly KeptJoin[];
  #writing: Promise<void> = Promise.resolve();

  constructor(store: ConfigurationStore, joins: readonly KeptJoin[], installed: () => InstalledForJoin) {
    this.#store = store;
    this.#joins = joins;
    this.#installed = installed;
  }

  /** The tickets that open a join link: open invitations, and those of machines that may not have fetched their block yet. */
  invitations(): OpenInvitation[] {
    const { invitations } = this.#installed();
    const open = new Set(invitations.map(({ ticket }) => ticket));
    const used = this.#joins.filter(({ request }) => !open.has(request.ticket));
    const nowMs = Date.now();
    return [
      ...invitations,
      ...used
        .filter(({ expiresAtMs }) => nowMs < expiresAtMs + joinGraceMsMax)
        .map(({ request: { ticket, name, role }, secret, expiresAtMs }) => ({
          ticket,
          name,
          role,
          secret,
          expiresAtMs: expiresAtMs + joinGraceMsMax,
        })),
    ];
  }

  /** The requests that wait for the operators: those whose invitation is open. */
  waiting(): JoinRequest[] {
    const open = new Set(this.#installed().invitations.map(({ ticket }) => ticket));
    return this.#joins
      .map(({ request }) => request)
      .filter(({ ticket }) => open.has(ticket))
      .slice(0, joinRequestsInMessageMax);
  }

  /**
   * Takes a request; repeated by the machine until it gets a version that names it. Throws RpcError `refused`. Resolves
   * to whether the request is a new one, too.
   */
  async ask(
    request: JoinRequest,
    peer: CallPeer,
  ): Promise<{ version: ClusterVersion | null; isNew: boolean }> {
    const { manifest, version, invitations } = this.#installed();
    const id = nodeIdOf(request.signingKey);
    if (id !== peer.id || request.ticket !== peer.ticket)
      throw refused('The request names another key or ticket than this machine has proven.');
    const kept = this.#joins.find((join) => join.request.ticket === request.ticket);
    if (kept && kept.request.signingKey !== request.signingKey)
      throw refused('This ticket was used by another machine. Ask the operator for a new one.');
    const member = manifest.members.find((known) => known.id === id);
    if (member && member.sealingKey === request.sealingKey) return { version, isNew: false };
    if (kept) return { version: null, isNew: false };
    const invitation = invitations.find(({ ticket }) => ticket === request.ticket);
    if (!invitation || Date.now() > invitation.expiresAtMs)
      throw refused('The invitation is gone or has expired. Ask the operator for a new ticket.');
    if (invitation.name !== request.name || invitation.role !== request.role)
      throw refused(`The ticket is for the ${invitation.role} ${invitation.name}.`);
    const { secret, expiresAtMs } = invitation;
    await this.#replace((joins) => [...joins, { request, secret, expiresAtMs }]);
    return { version: null, isNew: true };
  }

  /** Forgets who was heard as a member, whose time is over, and whose invitation was taken back. */
  async prune(heard: ReadonlySet<string>): Promise<void> {
    const { manifest, invitations } = this.#installed();
    const open = new Set(invitations.map(({ ticket }) => ticket));
    const members = new Set(manifest.members.map(({ id }) => id));
    const nowMs = Date.now();
    const isKept = ({ request, expiresAtMs }: KeptJoin): boolean => {
      const id = nodeIdOf(request.signingKey);
      if (open.has(request.ticket)) return true;
      return members.has(id) && !heard.has(id) && nowMs < expiresAtMs + joinGraceMsMax;
    };
    if (this.#joins.every(isKept)) return;
    await this.#replace((joins) => joins.filter(isKept));
  }

  /** One write after another; what is in memory is what is on the disk. */
  async #replace(change: (joins: readonly KeptJoin[]) => readonly KeptJoin[]): Promise<void> {
    const write = this.#writing.then(async () => {
      const joins = change(this.#joins);
      if (joins.length > joinsMax) throw refused('Too many machines wait to join. Take back an invitation.');
      await this.#store.writeJoins(joins);
      this.#joins = joins;
    });
    this.#writing = write.catch(() => Promise.resolve());
    await write;
  }
}

function refused(message: string): RpcError {
  return new RpcError('refused', message);
}
