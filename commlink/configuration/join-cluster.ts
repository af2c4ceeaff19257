// Joins a new machine to a cluster with a ticket: makes its keys there, asks to be let in, waits for the operators'
// signatures, fetches the version that names it, and writes its configuration directory.
// Callers: `consign node join`. Trusts the operators named in the ticket; whoever serves the version is only a courier.
import { access, mkdir } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { dialJoin } from '../join-link.ts';
import { LinkError, type LinkErrorCode } from '../link/link-error.ts';
import type { Logger } from '../log.ts';
import { sectionsPerPullMax, type configurationMethods } from '../methods/configuration-methods.ts';
import { readNodeKeys, writeNodeKeys } from '../node-key-file.ts';
import { createNodeKeys, type NodeKeys } from '../node-keys.ts';
import { decodeTicket, type JoinTicket } from '../operator/join-ticket.ts';
import { RpcError } from '../rpc-error.ts';
import type { RpcPeer } from '../rpc.ts';
import { decodeBlock, type WholeBlock } from './blocks/block.ts';
import { isSameVersion, type ClusterVersion } from './protocol/cluster-version.ts';
import { ConfigurationError } from './configuration-error.ts';
import { writeFirstVersion } from './first-version.ts';
import { joinPollMs, joinPollMsMin, refusedDialsMax } from './limits.ts';
import type { SealedSection, SignedManifest } from './blocks/manifest.ts';
import type { NodeBootstrap } from './node-bootstrap.ts';
import { openNodeSections } from './blocks/open-node-sections.ts';
import { assembleSections } from './blocks/section-list.ts';
import { verifyManifest } from './blocks/signed-manifest.ts';

/** What joining needs. */
export interface JoinOptions {
  /** The ticket's text. */
  readonly ticket: string;
  readonly bootstrap: NodeBootstrap;
  readonly log: Logger;
  readonly signal: AbortSignal;
  /** Called once the request was taken and waits for the operators. */
  readonly onWaiting?: () => void;
  /** Called once when the contact could not be asked, with the reason; it is tried again. */
  readonly onUnreachable?: (reason: string) => void;
}

interface Joining extends Omit<JoinOptions, 'ticket'> {
  readonly ticket: JoinTicket;
  readonly keys: NodeKeys;
}

type Contact = RpcPeer<typeof configurationMethods>;

/** What a contact answers to a ticket that it does not know: its log says more. */
const ticketRefusals: ReadonlySet<LinkErrorCode> = new Set(['handshake', 'peer_closed', 'wrong_key']);

/**
 * Joins. Keys that are there are used. Interrupted, it can be run again with the same ticket on the same machine. Throws
 * ConfigurationError: `ticket_invalid` (mistyped, expired, or used by another machine), or that of what does not verify;
 * StartupError for files that can't be used; the signal's reason when it is aborted.
 */
export async function joinCluster({ ticket: text, ...options }: JoinOptions): Promise<void> {
  const ticket = decodeTicket(text);
  const { cluster, name } = options.bootstrap;
  if (ticket.cluster !== cluster || ticket.name !== name)
    throw new ConfigurationError(
      'ticket_invalid',
      `The ticket is for ${ticket.name} of the cluster ${ticket.cluster}, not for ${name} of ${cluster}.`,
    );
  const keys = await ownKeys(options.bootstrap.keyFile);
  const joining = { ...options, ticket, keys };
  const block = await fetchWhenAdmitted(joining);
  await openNodeSections({ ...block, keys, role: ticket.role });
  await writeFirstVersion(options.bootstrap, block);
}

async function ownKeys(file: string): Promise<NodeKeys> {
  const isThere = await access(file).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return false;
      throw error;
    },
  );
  if (isThere) return readNodeKeys(file);
  const keys = createNodeKeys();
  await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
  await writeNodeKeys(file, keys);
  return keys;
}

/** Dials until it is through; a contact that is away for a while, or between two versions, is no reason to give up. */
async function fetchWhenAdmitted(joining: Joining): Promise<WholeBlock> {
  const { ticket, keys, log, signal, onUnreachable } = joining;
  for (let refusals = 0; ;) {
    signal.throwIfAborted();
    let contact: Contact | undefined;
    let pauseMs = joinPollMs;
    try {
      contact = await dialJoin({ ticket, keys, log, signal });
      return await fetchBlock(joining, contact, await waitForAdmission(joining, contact));
    } catch (error) {
      signal.throwIfAborted();
      refusals = refusals + 1;
      if (isOvertaken(error)) pauseMs = joinPollMsMin;
      if (!isWorthAnotherTry(error, refusals)) throw explain(error, ticket);
      if (refusals === 1 && !isOvertaken(error)) onUnreachable?.((error as Error).message);
      log.info({ err: error }, 'the contact could not be asked; it is tried again');
    } finally {
      contact?.close();
    }
    await delay(pauseMs, null, { signal });
  }
}

/** Another version took the place of the one that was about to be fetched. */
function isOvertaken(error: unknown): boolean {
  return error instanceof RpcError && error.code === 'not_found';
}

function isWorthAnotherTry(error: unknown, refusals: number): boolean {
  if (error instanceof LinkError) return !ticketRefusals.has(error.code) || refusals < refusedDialsMax;
  return error instanceof RpcError && error.code !== 'refused';
}

function explain(cause: unknown, { expiresAtMs, contact }: JoinTicket): unknown {
  if (cause instanceof RpcError) return new ConfigurationError('ticket_invalid', cause.message, { cause });
  if (!(cause instanceof LinkError)) return cause;
  const why =
    Date.now() > expiresAtMs
      ? 'The ticket has expired.'
      : `${contact.host}:${contact.port} does not take this ticket (any more); its log says why.`;
  return new ConfigurationError('ticket_invalid', `${why} Ask the operator for a new one.`, { cause });
}

/** Asks, again and again, until a version names this machine. */
async function waitForAdmission(joining: Joining, contact: Contact): Promise<ClusterVersion> {
  const { ticket, keys, signal, onWaiting } = joining;
  const { name, role } = ticket;
  const request = { ticket: ticket.ticket, name, role };
  const publicKeys = { signingKey: keys.signing.raw, sealingKey: keys.sealing.raw };
  for (let pauseMs = joinPollMsMin; ; pauseMs = Math.min(2 * pauseMs, joinPollMs)) {
    const { version } = await contact.call('config.join', { ...request, ...publicKeys }, { signal });
    if (version) return version;
    if (pauseMs === joinPollMsMin) onWaiting?.();
    await delay(pauseMs, null, { signal });
  }
}

async function fetchBlock(
  { ticket, keys, signal }: Joining,
  contact: Contact,
  version: ClusterVersion,
): Promise<WholeBlock> {
  const { manifests } = await contact.call('config.manifests', { after: null, version }, { signal });
  const signed = checkManifest(manifests[0], version, { ticket, keys });
  const { manifest } = verifyManifest(signed, ticket.operators);
  const gathered: SealedSection[] = [];
  for (let rest = manifest.sections; rest.length > 0;) {
    const sections = rest.slice(0, sectionsPerPullMax);
    gathered.push(...(await contact.call('config.sections', { version, sections }, { signal })).sections);
    const { missing } = assembleSections(manifest, gathered);
    // Nothing new came: decodeBlock says what is missing.
    if (missing.length >= rest.length) break;
    rest = missing;
  }
  return decodeBlock({ manifest: signed, sections: assembleSections(manifest, gathered).sections });
}

/** Enough of the ticket's operators signed it, it is what was asked for, and it has this machine in its place. */
function checkManifest(
  signed: SignedManifest | undefined,
  asked: ClusterVersion,
  { ticket, keys }: Pick<Joining, 'ticket' | 'keys'>,
): SignedManifest {
  if (!signed) throw new ConfigurationError('malformed', 'The contact sent no manifest.');
  const { manifest, version } = verifyManifest(signed, ticket.operators);
  if (manifest.cluster !== ticket.cluster)
    throw new ConfigurationError('wrong_cluster', `This is a version of the cluster ${manifest.cluster}.`);
  const member = manifest.members.find(({ id }) => id === keys.id);
  if (!isSameVersion(version, asked) || member?.name !== ticket.name || member.role !== ticket.role)
    throw new ConfigurationError(
      'not_a_member',
      `Version ${version.seq} does not have ${ticket.name} as a member.`,
    );
  return signed;
}
